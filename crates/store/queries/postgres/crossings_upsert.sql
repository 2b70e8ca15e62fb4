-- Writes the crossings of a batch; one that is no newer than the stored row changes nothing.
-- in:  $1 to $25: an array per column, in the order of the columns; $26 when they are recorded
-- out: the ids of those written
insert into crossings (
    crossing_id, shard, gate_id, revision, direction, channel, cargo, is_loaded, state, entry_unknown, merged_into,
    first_at, last_at, last_read_log_time, ended_at, plate, crossed_at, entered_at, filed_at, expected_count,
    present_count, reading_count, written_log_time, is_open_by_keys, document, recorded_at
)
select w.crossing_id, w.shard, w.gate_id, w.revision, w.direction, w.channel, w.cargo, w.is_loaded, w.state,
    w.entry_unknown, w.merged_into, w.first_at, w.last_at, w.last_read_log_time, w.ended_at, w.plate, w.crossed_at,
    w.entered_at, w.filed_at, w.expected_count, w.present_count, w.reading_count, w.written_log_time,
    w.is_open_by_keys, w.document::jsonb, $26
from unnest(
    $1::uuid[], $2::integer[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::boolean[],
    $9::text[], $10::boolean[], $11::uuid[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[],
    $15::timestamptz[], $16::text[], $17::timestamptz[], $18::timestamptz[], $19::timestamptz[], $20::bigint[],
    $21::bigint[], $22::bigint[], $23::timestamptz[], $24::boolean[], $25::text[]
) w (
    crossing_id, shard, gate_id, revision, direction, channel, cargo, is_loaded, state, entry_unknown, merged_into,
    first_at, last_at, last_read_log_time, ended_at, plate, crossed_at, entered_at, filed_at, expected_count,
    present_count, reading_count, written_log_time, is_open_by_keys, document
)
on conflict (crossing_id) do update set
    shard = excluded.shard, gate_id = excluded.gate_id, revision = excluded.revision,
    direction = excluded.direction, channel = excluded.channel, cargo = excluded.cargo,
    is_loaded = excluded.is_loaded, state = excluded.state, entry_unknown = excluded.entry_unknown,
    merged_into = excluded.merged_into, first_at = excluded.first_at, last_at = excluded.last_at,
    last_read_log_time = excluded.last_read_log_time, ended_at = excluded.ended_at, plate = excluded.plate,
    crossed_at = excluded.crossed_at, entered_at = excluded.entered_at, filed_at = excluded.filed_at,
    expected_count = excluded.expected_count, present_count = excluded.present_count,
    reading_count = excluded.reading_count, written_log_time = excluded.written_log_time,
    is_open_by_keys = excluded.is_open_by_keys, document = excluded.document, recorded_at = excluded.recorded_at
where excluded.revision > crossings.revision
returning crossing_id;
