-- Whether a door is still ours; at the head of a write it fences that.
-- in:  $1 door; $2 epoch
-- out: one row when it is
select 1 from door_leases where door = $1 and owner_epoch = $2 and owner is not null;
