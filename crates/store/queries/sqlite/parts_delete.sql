-- Forgets kept parts.
-- in:  $1 shard; $2 offsets, JSON array
delete from parts where shard = $1 and log_offset in (select w.value from json_each($2) w);
