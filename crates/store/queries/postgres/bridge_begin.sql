-- Where a partition of another system stands; makes its row when it was never read.
-- in:  $1 cluster; $2 topic; $3 partition; $4 offset to begin at, kept only when there is no row
-- out: next offset, hash of the last message
insert into bridge_partitions as b (cluster_id, topic, partition, next_offset, last_sha256, advanced_at)
values ($1, $2, $3, $4, null, clock_timestamp())
-- Changes nothing, but has the row returned.
on conflict (cluster_id, topic, partition) do update set next_offset = b.next_offset
returning next_offset, last_sha256;
