-- Every fact of crossings.
-- in:  $1 crossing ids
-- out: the facts, by crossing and segment
select crossing_id, segment, gate_id, direction, channel, cargo, is_loaded, start_at, end_at, duration_us, is_skewed,
    exclusion, filed_at
from facts
where crossing_id = any($1)
order by crossing_id, segment;
