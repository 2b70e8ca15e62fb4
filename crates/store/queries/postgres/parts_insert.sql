-- Keeps parts of split messages.
-- in:  $1 shard; $2 to $13: an array per column, in the order of the columns; $14 when they are recorded
insert into parts (
    shard, log_offset, record_id, source_id, gate_id, format, received_at, message_key, part_number, is_last,
    bytes_sha256, bytes, waits_until, recorded_at
)
select $1, w.*, $14
from unnest(
    $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::text[], $9::integer[],
    $10::boolean[], $11::bytea[], $12::bytea[], $13::timestamptz[]
) w;
