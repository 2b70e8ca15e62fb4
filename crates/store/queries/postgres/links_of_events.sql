-- Gates at which events were read.
-- in:  $1 source ids and $2 event ids, in pairs
-- out: source id, event id, gate; each once
select distinct o.source_id, o.event_id, o.gate_id
from unnest($1::text[], $2::text[]) w (source_id, event_id)
join observations o on o.source_id = w.source_id and o.event_id = w.event_id;
