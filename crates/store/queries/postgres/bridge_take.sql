-- Takes a partition of another system when it is free or its lease has run out; makes its row when it was never read.
-- in:  $1 cluster; $2 topic; $3 partition; $4 owner; $5 offset to begin at, kept only when there is no row
-- out: the row after the take, or none while another holds it
insert into bridge_partitions as b
    (cluster_id, topic, partition, owner, owner_epoch, lease_until, next_offset, last_sha256, advanced_at)
values ($1, $2, $3, $4, 1, clock_timestamp() + interval '8 s', $5, null, clock_timestamp())
on conflict (cluster_id, topic, partition) do update
set owner = excluded.owner, owner_epoch = b.owner_epoch + 1, lease_until = excluded.lease_until
where b.owner is null or b.lease_until < clock_timestamp()
returning cluster_id, topic, partition, owner, owner_epoch, next_offset, last_sha256, advanced_at;
