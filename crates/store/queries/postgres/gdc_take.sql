-- Takes a service when it is free or its lease has run out; makes its row when it was never asked.
-- in:  $1 url; $2 owner
-- out: epoch, failures in a row, microseconds until the next request; none while another holds it
insert into gdc_services as s (url, owner, owner_epoch, lease_until, failure_count, next_at)
values ($1, $2, 1, clock_timestamp() + interval '8 s', 0, clock_timestamp())
on conflict (url) do update
set owner = excluded.owner, owner_epoch = s.owner_epoch + 1, lease_until = excluded.lease_until
where s.owner is null or s.lease_until < clock_timestamp()
returning owner_epoch, failure_count, greatest(0, (extract(epoch from next_at - clock_timestamp()) * 1000000)::bigint);
