-- Forgets where records were going: their outcomes say where they are.
-- in:  $1 shard; $2 offsets, JSON array
delete from route_decisions where shard = $1 and log_offset in (select value from json_each($2));
