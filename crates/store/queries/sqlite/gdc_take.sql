-- Takes a service; there are no leases here, since one hub at a time has the file. Makes its row when it was never asked.
-- in:  $1 url; $2 owner
-- out: epoch, failures in a row, microseconds until the next request
insert into gdc_services (url, owner, owner_epoch, failure_count, next_at)
values ($1, $2, 1, 0, cast(unixepoch('subsec') * 1000000 as integer))
on conflict (url) do update set owner = excluded.owner, owner_epoch = gdc_services.owner_epoch + 1
returning owner_epoch, failure_count, max(0, next_at - cast(unixepoch('subsec') * 1000000 as integer));
