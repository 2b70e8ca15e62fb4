-- Moves stored observations to another crossing, or to none.
-- in:  $1 shard; $2 offsets, $3 indices, $4 crossing ids, $5 kinds and $6 values of the link, $7 reasons, in step
update observations o
set crossing_id = w.crossing_id, link_kind = w.link_kind, link_value = w.link_value,
    unlinked_reason = w.unlinked_reason
from unnest($2::bigint[], $3::integer[], $4::uuid[], $5::text[], $6::text[], $7::text[])
    w (log_offset, observation_index, crossing_id, link_kind, link_value, unlinked_reason)
where o.shard = $1 and o.log_offset = w.log_offset and o.observation_index = w.observation_index;
