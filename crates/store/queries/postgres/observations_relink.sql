-- Moves stored observations to another crossing, or to none.
-- in:  $1 shard; $2 record ids, $3 indices, $4 crossing ids, $5 kinds and $6 values of the link, $7 reasons, in step
update observations o
set crossing_id = w.crossing_id, link_kind = w.link_kind, link_value = w.link_value,
    unlinked_reason = w.unlinked_reason
from unnest($2::uuid[], $3::integer[], $4::uuid[], $5::text[], $6::text[], $7::text[])
    w (record_id, observation_index, crossing_id, link_kind, link_value, unlinked_reason)
where o.shard = $1 and o.record_id = w.record_id and o.observation_index = w.observation_index;
