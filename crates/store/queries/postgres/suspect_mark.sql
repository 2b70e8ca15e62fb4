-- Writes down that the record at an offset is about to be tried alone, and prolongs the lease.
-- in:  $1 shard; $2 epoch; $3 offset
-- out: how often it was begun, or no row when the epoch is another
update progress
set suspect_count = case suspect_offset when $3 then suspect_count + 1 else 1 end, suspect_offset = $3,
    lease_until = clock_timestamp() + interval '8 s'
where shard = $1 and owner_epoch = $2 and owner is not null
returning suspect_count;
