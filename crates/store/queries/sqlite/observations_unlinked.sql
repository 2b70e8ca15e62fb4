-- Observations that are in no crossing after they changed their place.
-- in:  $1 shard; $2 JSON array of [record id in hex, index]
-- out: an observation document per row
select o.document
from json_each($2) w
cross join observations o on o.record_id = unhex(w.value ->> 0) and o.observation_index = w.value ->> 1
where o.shard = $1 and o.crossing_id is null;
