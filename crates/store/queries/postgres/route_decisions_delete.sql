-- Forgets where records were going: their outcomes say where they are.
-- in:  $1 shard; $2 offsets
delete from route_decisions where shard = $1 and log_offset = any($2);
