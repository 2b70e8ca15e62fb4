-- Notes in the outcomes of records that waited where they went, or why they still wait.
-- in:  $1 shard; $2 JSON array of {log_offset, gate_id (null while it waits), code}; $3 when it is recorded, microseconds
update outcomes
set gate_id = w.value ->> 'gate_id', code = w.value ->> 'code', recorded_at = $3
from json_each($2) w
where shard = $1 and log_offset = w.value ->> 'log_offset' and kind = 'routed' and gate_id is null;
