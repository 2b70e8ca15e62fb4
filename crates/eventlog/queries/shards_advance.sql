-- Moves a shard's end.
-- in:  $1 shard; $2 the offset that the next record gets
update shards set next_offset = $2 where shard = $1;
