-- Whether a partition of another system is still ours.
-- in:  $1 cluster; $2 topic; $3 partition; $4 epoch
-- out: one row when it is
select partition from bridge_partitions
where cluster_id = $1 and topic = $2 and partition = $3 and owner_epoch = $4 and owner is not null;
