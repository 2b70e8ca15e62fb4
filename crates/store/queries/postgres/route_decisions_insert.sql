-- Writes down where records of the router's shard are going.
-- in:  $1 shard; $2 offsets, $3 record ids, $4 hashes of the bodies, $5 gates, $6 codes: one entry each per record
insert into route_decisions (shard, log_offset, record_id, body_sha256, gate_id, code, recorded_at)
select $1, w.log_offset, w.record_id, w.body_sha256, w.gate_id, w.code, clock_timestamp()
from unnest($2::bigint[], $3::uuid[], $4::bytea[], $5::text[], $6::text[])
    w (log_offset, record_id, body_sha256, gate_id, code);
