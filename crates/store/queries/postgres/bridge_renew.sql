-- Prolongs the lease on a partition of another system by 8 s from now.
-- in:  $1 cluster; $2 topic; $3 partition; $4 epoch
-- out: one row when it is still ours
update bridge_partitions set lease_until = clock_timestamp() + interval '8 s'
where cluster_id = $1 and topic = $2 and partition = $3 and owner_epoch = $4 and owner is not null
returning partition;
