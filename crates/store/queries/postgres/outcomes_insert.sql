-- Inserts the outcomes of a batch.
-- in:  $1 shard; $2 to $9: an array per column, in the order of the columns; $10 when they are recorded
insert into outcomes (
    shard, log_offset, record_id, source_id, gate_id, received_at, body_sha256, kind, code, recorded_at
)
select $1, w.log_offset, w.record_id, w.source_id, w.gate_id, w.received_at, w.body_sha256, w.kind, w.code, $10
from unnest(
    $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::bytea[], $8::text[], $9::text[]
) w (log_offset, record_id, source_id, gate_id, received_at, body_sha256, kind, code);
