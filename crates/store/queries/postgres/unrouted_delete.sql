-- Forgets unrouted records that were routed, with their keys.
-- in:  $1 shard; $2 offsets
delete from unrouted where shard = $1 and log_offset = any($2);
