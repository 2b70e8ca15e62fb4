-- How many shards the file has; they are numbered from 0 without a hole.
-- out: shard_count, one row
select count(*) as shard_count from shards;
