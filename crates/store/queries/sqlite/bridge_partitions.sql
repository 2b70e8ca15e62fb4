-- Every partition of other systems that was ever read, by cluster, topic and number.
-- out: cluster, topic, partition, owner, epoch, next offset, hash of the last message, when it moved
select cluster_id, topic, partition, owner, owner_epoch, next_offset, last_sha256, advanced_at
from bridge_partitions
order by cluster_id, topic, partition;
