-- Gives a service up cleanly.
-- in:  $1 url; $2 epoch
update gdc_services set owner = null where url = $1 and owner_epoch = $2;
