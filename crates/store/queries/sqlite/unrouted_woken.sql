-- Unrouted records that may find their gate now: a crossing written since carries one of their keys, a gate has parts of
-- their message, or somebody decided.
-- in:  $1 shard; $2 JSON array of [shard, feed sequence after which crossings are new]
-- out: offset, each once, ascending
select k.log_offset
from json_each($2) w
cross join feed f on f.shard = w.value ->> 0 and f.feed_seq > w.value ->> 1
cross join crossing_keys c on c.crossing_id = f.crossing_id
cross join unrouted_keys k on k.kind = c.kind and k.value = c.value and k.shard = $1
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
