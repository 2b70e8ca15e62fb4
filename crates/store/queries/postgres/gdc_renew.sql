-- Prolongs the lease on a service by 8 s from now.
-- in:  $1 url; $2 epoch
-- out: one row when it is still ours
update gdc_services set lease_until = clock_timestamp() + interval '8 s'
where url = $1 and owner_epoch = $2 and owner is not null
returning 1;
