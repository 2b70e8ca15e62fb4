-- Unrouted records, oldest first.
-- in:  $1 shard and $2 offset after which they are wanted; $3 how many at most
-- out: shard, offset, record id, source, format, reception, code, detail, gate to which it is going (null: none yet); by shard
--      and offset
select u.shard, u.log_offset, u.record_id, u.source_id, u.format, u.received_at, u.code, u.detail, d.gate_id
from unrouted u
left join route_decisions d on d.shard = u.shard and d.log_offset = u.log_offset
where u.shard > $1 or (u.shard = $1 and u.log_offset > $2)
order by u.shard, u.log_offset
limit $3;
