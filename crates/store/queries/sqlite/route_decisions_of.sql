-- Where records of the router's shard are going.
-- in:  $1 shard; $2 offsets, JSON array
-- out: offset, gate, code; by offset
select log_offset, gate_id, code
from route_decisions
where shard = $1 and log_offset in (select value from json_each($2))
order by log_offset;
