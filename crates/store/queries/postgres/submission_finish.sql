-- Stores a submission's answer, once.
-- in:  $1 partner; $2 request id; $3 hash of the body; $4 answer
-- out: one row, or none when there is none that waits
update submissions
set answer = $4, answered_at = clock_timestamp()
where partner_id = $1 and request_id = $2 and body_sha256 = $3 and answer is null
returning partner_id;
