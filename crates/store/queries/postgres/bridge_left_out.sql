-- What did not come into the raw log, newest first.
-- in:  $1 limit
-- out: cluster, topic, partition, from offset, until offset, code, detail, bytes, hash, when
select cluster_id, topic, partition, from_offset, until_offset, code, detail, body_bytes, body_sha256, noted_at
from bridge_left_out
order by noted_at desc, cluster_id, topic, partition, from_offset desc
limit $1;
