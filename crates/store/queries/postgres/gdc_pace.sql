-- Notes how a service does and when it may be asked next; never earlier than noted before.
-- in:  $1 url; $2 failures in a row; $3 microseconds from now until the next request
update gdc_services
set failure_count = $2, next_at = greatest(next_at, clock_timestamp() + $3::bigint * interval '1 microsecond')
where url = $1;
