-- Who holds the shard.
-- in:  $1 shard
-- out: owner or null
select owner from progress where shard = $1;
