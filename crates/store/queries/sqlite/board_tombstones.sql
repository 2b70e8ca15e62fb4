-- Merged crossings a take-over must know.
-- in:  $1 gates, JSON array; $2 log time since which they were written, microseconds
-- out: crossing id, revision
select c.crossing_id, c.revision
from json_each($1) g
cross join crossings c on c.gate_id = g.value and c.written_log_time >= $2
where c.state = 'merged';
