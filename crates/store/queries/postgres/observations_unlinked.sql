-- Observations that are in no crossing after they changed their place.
-- in:  $1 shard; $2 record ids and $3 indices, in pairs
-- out: an observation document per row
select o.document::text
from unnest($2::uuid[], $3::integer[]) w (record_id, observation_index)
join observations o on o.record_id = w.record_id and o.observation_index = w.observation_index
where o.shard = $1 and o.crossing_id is null;
