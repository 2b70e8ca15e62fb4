-- The offset that the next record of a shard gets.
-- in:  $1 shard
-- out: next_offset, one row or none when there is no such shard
select next_offset from shards where shard = $1;
