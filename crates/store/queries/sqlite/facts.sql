-- Facts of one segment, for percentiles.
-- in:  $1 segment; $2 gate; $3 direction; $4 channel; $5 cargo; $6 loaded; null holds for all;
--      $7 filed from (inclusive) and $8 to (exclusive), microseconds; the smallest $7 takes also facts filed nowhere
-- out: the facts, by duration, those without one last
select crossing_id, segment, gate_id, direction, channel, cargo, is_loaded, start_at, end_at, duration_us, is_skewed,
    exclusion, filed_at
from facts
where segment = $1
    and ifnull(filed_at, -9223372036854775808) >= $7
    and ifnull(filed_at, -9223372036854775808) < $8
    and ($2 is null or gate_id = $2)
    and ($3 is null or direction = $3)
    and ($4 is null or channel = $4)
    and ($5 is null or cargo = $5)
    and ($6 is null or is_loaded = $6)
order by duration_us is null, duration_us, crossing_id;
