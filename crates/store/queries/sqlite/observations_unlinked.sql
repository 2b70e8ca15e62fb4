-- Observations that are in no crossing after they changed their place.
-- in:  $1 shard; $2 JSON array of [offset, index]
-- out: an observation document per row
select o.document
from json_each($2) w
cross join observations o
where o.shard = $1 and o.log_offset = w.value ->> 0 and o.observation_index = w.value ->> 1
    and o.crossing_id is null;
