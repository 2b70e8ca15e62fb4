-- Begins a stale submission again.
-- in:  $1 partner; $2 request id
update submissions
set begun_at = clock_timestamp()
where partner_id = $1 and request_id = $2;
