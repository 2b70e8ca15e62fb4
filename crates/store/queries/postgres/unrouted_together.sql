-- Unrouted records of an id, with every other part of their messages.
-- in:  $1 shard; $2 record id
-- out: offset, record id, hash of the body, gate to which it is going already (null: none); by offset
select u.log_offset, u.record_id, o.body_sha256, d.gate_id
from unrouted u
join outcomes o on o.shard = u.shard and o.log_offset = u.log_offset
left join route_decisions d on d.shard = u.shard and d.log_offset = u.log_offset
where u.shard = $1
    and (
        u.record_id = $2
        or (u.source_id, u.message_key) in (
            select m.source_id, m.message_key
            from unrouted m
            where m.shard = $1 and m.record_id = $2 and m.message_key is not null
        )
    )
order by u.log_offset;
