-- Writes down what did not come into the raw log.
-- in:  $1 cluster; $2 topic; $3 partition; columns: $4 from offset; $5 until offset; $6 code; $7 detail; $8 bytes; $9 hash
insert into bridge_left_out
    (cluster_id, topic, partition, from_offset, until_offset, code, detail, body_bytes, body_sha256, noted_at)
select $1, $2, $3, w.*, clock_timestamp()
from unnest($4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::bigint[], $9::bytea[]) w
on conflict (cluster_id, topic, partition, from_offset) do nothing;
