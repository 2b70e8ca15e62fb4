-- Where every shard's feed stands.
-- out: shard, number of its last row; by shard
select shard, feed_seq from progress order by shard;
