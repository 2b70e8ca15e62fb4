-- Unrouted records whole: some by offset, and every part of some messages.
-- in:  $1 shard; $2 offsets, JSON array; $3 JSON array of [source id, message key]
-- out: offset, record id, source, format, code, detail, message key, envelope (JSON), body; by offset
select log_offset, record_id, source_id, format, code, detail, message_key, envelope, body
from unrouted
where shard = $1 and log_offset in (select value from json_each($2))
union
select u.log_offset, u.record_id, u.source_id, u.format, u.code, u.detail, u.message_key, u.envelope, u.body
from json_each($3) w
cross join unrouted u on u.shard = $1 and u.source_id = w.value ->> 0 and u.message_key = w.value ->> 1
order by 1;
