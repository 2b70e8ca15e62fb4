-- Every fact of crossings.
-- in:  $1 crossing ids, JSON array of hex
-- out: the facts, by crossing and segment
select f.crossing_id, f.segment, f.gate_id, f.direction, f.channel, f.cargo, f.is_loaded, f.start_at, f.end_at,
    f.duration_us, f.is_skewed, f.exclusion, f.filed_at
from json_each($1) w
cross join facts f on f.crossing_id = unhex(w.value)
order by f.crossing_id, f.segment;
