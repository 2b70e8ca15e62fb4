-- Takes away the bytes of parts whose message is whole; what is left recognises doubles.
-- in:  $1 shard; $2 offsets, JSON array
update parts set bytes = null where shard = $1 and log_offset in (select w.value from json_each($2) w);
