-- Gates at which events were read.
-- in:  $1 JSON array of [source id, event id]
-- out: source id, event id, gate; each once
select distinct o.source_id, o.event_id, o.gate_id
from json_each($1) w
cross join observations o on o.source_id = w.value ->> 0 and o.event_id = w.value ->> 1;
