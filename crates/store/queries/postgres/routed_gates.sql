-- Gates to which a record of the router's shard was routed.
-- in:  $1 shard; $2 record id
-- out: gate, each once
select distinct gate_id
from outcomes
where record_id = $2 and shard = $1 and kind = 'routed' and gate_id is not null
order by gate_id;
