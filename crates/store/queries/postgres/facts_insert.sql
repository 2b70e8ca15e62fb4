-- Inserts the facts of crossings.
-- in:  $1 to $13: an array per column, in the order of the columns
insert into facts (
    crossing_id, segment, gate_id, direction, channel, cargo, is_loaded, start_at, end_at, duration_us, is_skewed,
    exclusion, filed_at
)
select w.crossing_id, w.segment, w.gate_id, w.direction, w.channel, w.cargo, w.is_loaded, w.start_at, w.end_at,
    w.duration_us, w.is_skewed, w.exclusion, w.filed_at
from unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::timestamptz[],
    $9::timestamptz[], $10::bigint[], $11::boolean[], $12::text[], $13::timestamptz[]
) w (
    crossing_id, segment, gate_id, direction, channel, cargo, is_loaded, start_at, end_at, duration_us, is_skewed,
    exclusion, filed_at
);
