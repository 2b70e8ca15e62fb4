-- Notes how a service does and when it may be asked next, if it is still ours; never earlier than noted before.
-- in:  $1 url; $2 epoch; $3 failures in a row; $4 microseconds from now until the next request
-- out: one row; none when fenced
update gdc_services
set failure_count = $3, next_at = max(next_at, cast(unixepoch('subsec') * 1000000 as integer) + $4)
where url = $1 and owner_epoch = $2 and owner is not null
returning 1;
