-- Notes how a service does and when it may be asked next; never earlier than noted before.
-- in:  $1 url; $2 failures in a row; $3 microseconds from now until the next request
update gdc_services
set failure_count = $2, next_at = max(next_at, cast(unixepoch('subsec') * 1000000 as integer) + $3)
where url = $1;
