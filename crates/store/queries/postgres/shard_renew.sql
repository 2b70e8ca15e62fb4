-- Prolongs the lease by 8 s from now.
-- in:  $1 shard; $2 epoch
-- out: one row when the shard is still ours
update progress
set lease_until = clock_timestamp() + interval '8 s'
where shard = $1 and owner_epoch = $2 and owner is not null
returning shard;
