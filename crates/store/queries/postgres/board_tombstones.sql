-- Merged crossings a take-over must know.
-- in:  $1 gates; $2 log time since which they were written
-- out: crossing id, revision
select crossing_id, revision
from crossings
where gate_id = any($1) and written_log_time >= $2 and state = 'merged';
