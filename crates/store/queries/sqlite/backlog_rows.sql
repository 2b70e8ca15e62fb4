-- Crossings that had entered and not ended at a moment (T3).
-- in:  $1 gate; $2 direction; $3 channel; $4 cargo; $5 loaded; null holds for all; $6 the moment, microseconds
-- out: the crossings that are not merged, by first_at
select crossing_id, gate_id, direction, channel, cargo, is_loaded, state, crossed_at, entered_at, ended_at, filed_at,
    expected_count, present_count, reading_count
from crossings
where entered_at <= $6
    and ifnull(ended_at, 9223372036854775807) > $6
    and state <> 'merged'
    and ($1 is null or gate_id = $1)
    and ($2 is null or direction = $2)
    and ($3 is null or channel = $3)
    and ($4 is null or cargo = $4)
    and ($5 is null or is_loaded = $5)
order by first_at, crossing_id;
