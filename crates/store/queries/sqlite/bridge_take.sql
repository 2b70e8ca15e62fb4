-- Takes a partition of another system; there are no leases here, since one hub at a time has the file. Makes its row
-- when it was never read.
-- in:  $1 cluster; $2 topic; $3 partition; $4 owner; $5 offset to begin at, kept only when there is no row
-- out: the row after the take
insert into bridge_partitions
    (cluster_id, topic, partition, owner, owner_epoch, next_offset, last_sha256, advanced_at)
values ($1, $2, $3, $4, 1, $5, null, cast(unixepoch('subsec') * 1000000 as integer))
on conflict (cluster_id, topic, partition) do update
set owner = excluded.owner, owner_epoch = bridge_partitions.owner_epoch + 1
returning cluster_id, topic, partition, owner, owner_epoch, next_offset, last_sha256, advanced_at;
