-- Moves a partition's row behind a run and prolongs the lease, if it is still ours and stands where we left it.
-- in:  $1 cluster; $2 topic; $3 partition; $4 epoch; $5 offset before; $6 offset after; $7 hash of the last message
-- out: one row; none when fenced
update bridge_partitions
set next_offset = $6, last_sha256 = $7, advanced_at = clock_timestamp(),
    lease_until = clock_timestamp() + interval '8 s'
where cluster_id = $1 and topic = $2 and partition = $3 and owner_epoch = $4 and owner is not null and next_offset = $5
returning partition;
