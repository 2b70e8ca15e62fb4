-- Removes shards that were never used.
-- in:  $1 first shard to remove
delete from shards where shard >= $1 and next_offset = 0;
