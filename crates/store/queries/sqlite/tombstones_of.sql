-- Revisions of merged crossings.
-- in:  $1 crossing ids, JSON array of hex
-- out: crossing id, revision
select c.crossing_id, c.revision
from json_each($1) w
cross join crossings c on c.crossing_id = unhex(w.value)
where c.state = 'merged';
