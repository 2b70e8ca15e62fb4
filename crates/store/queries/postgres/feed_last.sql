-- Where a shard's feed stands.
-- in:  $1 shard
-- out: number of its last row
select feed_seq from progress where shard = $1;
