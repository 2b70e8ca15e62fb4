-- How a service does; makes its row when it was never asked.
-- in:  $1 url
-- out: failures in a row, microseconds until the next request
insert into gdc_services as s (url, failure_count, next_at) values ($1, 0, clock_timestamp())
-- Changes nothing, but has the row returned.
on conflict (url) do update set next_at = s.next_at
returning failure_count, greatest(0, (extract(epoch from next_at - clock_timestamp()) * 1000000)::bigint);
