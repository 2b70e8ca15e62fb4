-- Observations without a crossing that a take-over must hold.
-- in:  $1 gates; $2 reception since
-- out: an observation document per row
select document::text from observations where crossing_id is null and received_at >= $2 and gate_id = any($1);
