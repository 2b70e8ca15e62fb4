-- Gives a partition of another system up cleanly.
-- in:  $1 cluster; $2 topic; $3 partition; $4 epoch
update bridge_partitions set owner = null, lease_until = null
where cluster_id = $1 and topic = $2 and partition = $3 and owner_epoch = $4;
