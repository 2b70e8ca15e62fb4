-- Unrouted records, oldest first.
-- in:  $1 shard and $2 offset after which they are wanted; $3 how many at most
-- out: shard, offset, record id, source, format, reception, code, detail; by shard and offset
select shard, log_offset, record_id, source_id, format, received_at, code, detail
from unrouted
where shard > $1 or (shard = $1 and log_offset > $2)
order by shard, log_offset
limit $3;
