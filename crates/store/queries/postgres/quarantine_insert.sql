-- Inserts the quarantine rows of a batch.
-- in:  $1 shard; $2 to $9: an array per column, in the order of the columns; $10 when they are recorded
insert into quarantine (
    shard, log_offset, record_id, source_id, gate_id, format, received_at, code, detail, recorded_at
)
select $1, w.log_offset, w.record_id, w.source_id, w.gate_id, w.format, w.received_at, w.code, w.detail, $10
from unnest(
    $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::text[], $9::text[]
) w (log_offset, record_id, source_id, gate_id, format, received_at, code, detail);
