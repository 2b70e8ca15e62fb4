-- Forgets unrouted records that were routed, with their keys.
-- in:  $1 shard; $2 offsets, JSON array
delete from unrouted where shard = $1 and log_offset in (select value from json_each($2));
