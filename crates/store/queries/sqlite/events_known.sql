-- Stored observations of events: with their own event id, or correcting it.
-- in:  $1 JSON array of [source id, event id]
-- out: observation document, crossing id; each observation once
select o.document, o.crossing_id
from json_each($1) w
cross join observations o on o.source_id = w.value ->> 0 and o.event_id = w.value ->> 1
union
select o.document, o.crossing_id
from json_each($1) w
cross join observations o on o.source_id = w.value ->> 0 and o.corrects = w.value ->> 1;
