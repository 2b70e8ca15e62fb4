-- Takes a door when it is free or its lease has run out.
-- in:  $1 door; $2 owner
-- out: the epoch; none while another holds it
insert into door_leases as d (door, owner, owner_epoch, lease_until)
values ($1, $2, 1, clock_timestamp() + interval '8 s')
on conflict (door) do update
set owner = excluded.owner, owner_epoch = d.owner_epoch + 1, lease_until = excluded.lease_until
where d.owner is null or d.lease_until < clock_timestamp()
returning owner_epoch;
