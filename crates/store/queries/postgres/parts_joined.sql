-- Takes away the bytes of parts whose message is whole; what is left recognises doubles.
-- in:  $1 shard; $2 offsets
update parts set bytes = null where shard = $1 and log_offset = any($2::bigint[]);
