-- Moves a partition's row behind a run, if it stands where we left it.
-- in:  $1 cluster; $2 topic; $3 partition; $4 offset before; $5 offset after; $6 hash of the last message
-- out: one row; none when it stands elsewhere
update bridge_partitions
set next_offset = $5, last_sha256 = $6, advanced_at = cast(unixepoch('subsec') * 1000000 as integer)
where cluster_id = $1 and topic = $2 and partition = $3 and next_offset = $4
returning partition;
