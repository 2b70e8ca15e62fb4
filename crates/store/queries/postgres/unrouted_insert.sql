-- Keeps records for which no gate was found.
-- in:  $1 shard; $2 to $11: an array per column, in the order of the columns; $12 when they are recorded
insert into unrouted (
    shard, log_offset, record_id, source_id, format, received_at, code, detail, message_key, envelope, body,
    recorded_at
)
select $1, w.log_offset, w.record_id, w.source_id, w.format, w.received_at, w.code, w.detail, w.message_key,
    w.envelope::jsonb, w.body, $12
from unnest(
    $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::bytea[]
) w (log_offset, record_id, source_id, format, received_at, code, detail, message_key, envelope, body);
