-- Whether a service is still ours.
-- in:  $1 url; $2 epoch
-- out: one row when it is
select 1 from gdc_services where url = $1 and owner_epoch = $2 and owner is not null;
