-- Notes why records still wait.
-- in:  $1 shard; $2 JSON array of {log_offset, code, detail}
update unrouted
set code = w.value ->> 'code', detail = w.value ->> 'detail'
from json_each($2) w
where shard = $1 and log_offset = w.value ->> 'log_offset';
