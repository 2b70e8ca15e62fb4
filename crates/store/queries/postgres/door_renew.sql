-- Prolongs the lease on a door by 8 s from now; at the head of a write it fences that.
-- in:  $1 door; $2 epoch
-- out: one row when it is still ours
update door_leases set lease_until = clock_timestamp() + interval '8 s'
where door = $1 and owner_epoch = $2 and owner is not null
returning 1;
