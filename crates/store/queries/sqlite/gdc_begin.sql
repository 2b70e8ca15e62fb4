-- How a service does; makes its row when it was never asked.
-- in:  $1 url
-- out: failures in a row, microseconds until the next request
insert into gdc_services (url, failure_count, next_at)
values ($1, 0, cast(unixepoch('subsec') * 1000000 as integer))
-- Changes nothing, but has the row returned.
on conflict (url) do update set next_at = gdc_services.next_at
returning failure_count, max(0, next_at - cast(unixepoch('subsec') * 1000000 as integer));
