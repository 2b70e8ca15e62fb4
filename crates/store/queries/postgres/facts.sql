-- Facts of one segment, for percentiles.
-- in:  $1 segment; $2 gate; $3 direction; $4 channel; $5 cargo; $6 loaded;
--      $7 filed from (inclusive) and $8 to (exclusive); null holds for all
-- out: the facts, by duration, those without one last
select crossing_id, segment, gate_id, direction, channel, cargo, is_loaded, start_at, end_at, duration_us, is_skewed,
    exclusion, filed_at
from facts
where segment = $1
    and ($7::timestamptz is null or filed_at >= $7)
    and ($8::timestamptz is null or filed_at < $8)
    and ($2::text is null or gate_id = $2)
    and ($3::text is null or direction = $3)
    and ($4::text is null or channel = $4)
    and ($5::text is null or cargo = $5)
    and ($6::boolean is null or is_loaded = $6)
order by duration_us nulls last, crossing_id;
