-- Every partition of other systems that was ever read, by cluster, topic and number.
-- out: cluster, topic, partition, next offset, hash of the last message, when it moved, whether a hub has its door
select b.cluster_id, b.topic, b.partition, b.next_offset, b.last_sha256, b.advanced_at, d.owner is not null
from bridge_partitions b
-- As ForeignPartition::door has it.
left join door_leases d on d.door = 'bridge ' || b.cluster_id || '/' || b.topic || '/' || b.partition
order by b.cluster_id, b.topic, b.partition;
