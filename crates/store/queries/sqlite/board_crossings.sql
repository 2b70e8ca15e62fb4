-- Crossings a take-over must hold.
-- in:  $1 gates, JSON array; $2 log time since which a crossing counts as recently read, microseconds
-- out: a crossing document per row
select c.document
from json_each($1) g
cross join crossings c on c.gate_id = g.value
where c.state = 'open'
union all
select c.document
from json_each($1) g
cross join crossings c on c.gate_id = g.value and c.last_read_log_time >= $2
where c.state not in ('open', 'merged');
