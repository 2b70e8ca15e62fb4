-- Gives a door up cleanly.
-- in:  $1 door; $2 epoch
update door_leases set owner = null where door = $1 and owner_epoch = $2;
