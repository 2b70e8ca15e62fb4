-- What became of the records of the router's shard, for a verification.
-- in:  $1 shard; $2 offset from which they are wanted; $3 how many at most
-- out: offset, record id, hash of the body, kind, code, gate, whether it waits as unrouted; by offset
select o.log_offset, o.record_id, o.body_sha256, o.kind, o.code, o.gate_id, u.log_offset is not null
from outcomes o
left join unrouted u on u.shard = o.shard and u.log_offset = o.log_offset
where o.shard = $1 and o.log_offset >= $2
order by o.log_offset
limit $3;
