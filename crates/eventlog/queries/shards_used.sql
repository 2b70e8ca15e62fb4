-- How many shards are needed for the records that were ever appended.
-- out: shard_count, one row, 0 for an empty log
select coalesce(max(shard) + 1, 0) as shard_count from shards where next_offset > 0;
