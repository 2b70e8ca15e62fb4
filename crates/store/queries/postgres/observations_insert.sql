-- Inserts the observations of a batch.
-- in:  $1 to $25: an array per column, in the order of the columns; $26 when they are recorded
insert into observations (
    shard, log_offset, observation_index, record_id, gate_id, source_id, source_version, event_id, revision, corrects,
    milestone, occurred_at, basis, received_at, ordered_at, rank, is_suspect, crossing_id, link_kind, link_value,
    unlinked_reason, has_identifier, latency_us, body_sha256, document, recorded_at
)
select w.shard, w.log_offset, w.observation_index, w.record_id, w.gate_id, w.source_id, w.source_version, w.event_id,
    w.revision, w.corrects, w.milestone, w.occurred_at, w.basis, w.received_at, w.ordered_at, w.rank, w.is_suspect,
    w.crossing_id, w.link_kind, w.link_value, w.unlinked_reason, w.has_identifier, w.latency_us, w.body_sha256,
    w.document::jsonb, $26
from unnest(
    $1::integer[], $2::bigint[], $3::integer[], $4::uuid[], $5::text[], $6::text[], $7::bigint[], $8::text[],
    $9::bigint[], $10::text[], $11::text[], $12::timestamptz[], $13::text[], $14::timestamptz[], $15::timestamptz[],
    $16::integer[], $17::boolean[], $18::uuid[], $19::text[], $20::text[], $21::text[], $22::boolean[], $23::bigint[],
    $24::bytea[], $25::text[]
) w (
    shard, log_offset, observation_index, record_id, gate_id, source_id, source_version, event_id, revision, corrects,
    milestone, occurred_at, basis, received_at, ordered_at, rank, is_suspect, crossing_id, link_kind, link_value,
    unlinked_reason, has_identifier, latency_us, body_sha256, document
);
