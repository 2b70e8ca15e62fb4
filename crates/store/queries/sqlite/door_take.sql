-- Takes a door; there are no leases here, since one hub at a time has the file.
-- in:  $1 door; $2 owner
-- out: the epoch
insert into door_leases (door, owner, owner_epoch) values ($1, $2, 1)
on conflict (door) do update set owner = excluded.owner, owner_epoch = door_leases.owner_epoch + 1
returning owner_epoch;
