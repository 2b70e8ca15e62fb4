-- Gates that have parts of split messages, waiting or put together not long ago.
-- in:  $1 JSON array of [source id, message key]
-- out: source id, message key, gate; each once
select distinct p.source_id, p.message_key, p.gate_id
from json_each($1) w
cross join parts p on p.source_id = w.value ->> 0 and p.message_key = w.value ->> 1;
