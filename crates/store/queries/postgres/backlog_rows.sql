-- Crossings that had entered and not ended at a moment (T3).
-- in:  $1 gate; $2 direction; $3 channel; $4 cargo; $5 loaded; null holds for all; $6 the moment
-- out: the crossings that are not merged, by first_at
select crossing_id, gate_id, direction, channel, cargo, is_loaded, state, crossed_at, entered_at, ended_at, filed_at,
    expected_count, present_count, reading_count
from crossings
where entered_at <= $6
    and coalesce(ended_at, 'infinity') > $6
    and state <> 'merged'
    and ($1::text is null or gate_id = $1)
    and ($2::text is null or direction = $2)
    and ($3::text is null or channel = $3)
    and ($4::text is null or cargo = $4)
    and ($5::boolean is null or is_loaded = $5)
order by first_at, crossing_id;
