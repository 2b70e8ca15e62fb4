-- Who holds the shard; the row is locked until the transaction ends, so that a commit still running has ended.
-- in:  $1 shard
-- out: owner or null
select owner from progress where shard = $1 for update;
