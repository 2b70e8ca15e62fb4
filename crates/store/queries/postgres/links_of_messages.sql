-- Gates that have parts of split messages, waiting or put together not long ago.
-- in:  $1 source ids and $2 message keys, in pairs
-- out: source id, message key, gate; each once
select distinct p.source_id, p.message_key, p.gate_id
from unnest($1::text[], $2::text[]) w (source_id, message_key)
join parts p on p.source_id = w.source_id and p.message_key = w.message_key;
