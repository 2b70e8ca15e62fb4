-- Forgets unrouted records that were routed, with their keys.
-- in:  $1 shard; $2 JSON array of {log_offset, gate_id, code}
delete from unrouted
where shard = $1 and log_offset in (select value ->> 'log_offset' from json_each($2));
