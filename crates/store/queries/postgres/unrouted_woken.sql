-- Unrouted records that may find their gate now: a crossing written since carries one of their keys, a gate has parts of
-- their message, or somebody decided.
-- in:  $1 shard; $2 shards and $3 feed sequences after which crossings are new, in pairs
-- out: offset, each once, ascending
select k.log_offset
from unnest($2::integer[], $3::bigint[]) w (shard, feed_seq)
join feed f on f.shard = w.shard and f.feed_seq > w.feed_seq
join crossing_keys c on c.crossing_id = f.crossing_id
join unrouted_keys k on k.kind = c.kind and k.value = c.value and k.shard = $1
where exists (select 1 from unrouted_keys)
union
select u.log_offset
from unrouted u
where u.shard = $1
    and u.message_key is not null
    and exists (select 1 from parts p where p.source_id = u.source_id and p.message_key = u.message_key)
union
select d.log_offset
from route_decisions d
join unrouted u on u.shard = d.shard and u.log_offset = d.log_offset
where d.shard = $1
order by 1;
