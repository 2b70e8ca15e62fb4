-- Begins a stale submission again.
-- in:  $1 partner; $2 request id
update submissions
set begun_at = cast(unixepoch('subsec') * 1000000 as integer)
where partner_id = $1 and request_id = $2;
