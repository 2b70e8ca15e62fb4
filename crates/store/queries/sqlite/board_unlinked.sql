-- Observations without a crossing that a take-over must hold.
-- in:  $1 gates, JSON array; $2 reception since, microseconds
-- out: an observation document per row
select o.document
from observations o
where o.crossing_id is null and o.received_at >= $2 and o.gate_id in (select value from json_each($1));
