-- The oldest offset a shard keeps.
-- in:  $1 shard
-- out: start_offset, one row; null when it keeps none
select min("offset") as start_offset from records where shard = $1;
