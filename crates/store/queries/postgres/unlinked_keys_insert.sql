-- Inserts keys of observations without a crossing.
-- in:  $1 to $7: an array per column, in the order of the columns
insert into unlinked_keys (gate_id, kind, value, ordered_at, shard, log_offset, observation_index)
select w.gate_id, w.kind, w.value, w.ordered_at, w.shard, w.log_offset, w.observation_index
from unnest(
    $1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::integer[], $6::bigint[], $7::integer[]
) w (gate_id, kind, value, ordered_at, shard, log_offset, observation_index);
