-- Writes down that the record at an offset is about to be tried alone.
-- in:  $1 shard; $2 epoch; $3 offset; $4 how often it was begun, this time included
-- out: one row changed, or none when the epoch is another
update progress
set suspect_count = $4, suspect_offset = $3
where shard = $1 and owner_epoch = $2 and owner is not null;
