-- Observations that are in no crossing after they changed their place.
-- in:  $1 shard; $2 offsets and $3 indices, in pairs
-- out: an observation document per row
select o.document::text
from unnest($2::bigint[], $3::integer[]) w (log_offset, observation_index)
join observations o on o.log_offset = w.log_offset and o.observation_index = w.observation_index
where o.shard = $1 and o.crossing_id is null;
