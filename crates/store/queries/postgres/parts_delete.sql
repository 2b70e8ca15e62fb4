-- Forgets kept parts.
-- in:  $1 shard; $2 offsets
delete from parts where shard = $1 and log_offset = any($2::bigint[]);
