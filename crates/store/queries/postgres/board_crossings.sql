-- Crossings a take-over must hold.
-- in:  $1 gates; $2 log time since which a crossing counts as recently read
-- out: a crossing document per row
select document::text
from crossings
where gate_id = any($1) and (state = 'open' or (last_read_log_time >= $2 and state <> 'merged'));
