-- Begins a submission nobody began before.
-- in:  $1 partner; $2 request id; $3 hash of the body
-- out: one row, or none when there was one
insert into submissions (partner_id, request_id, body_sha256, begun_at)
values ($1, $2, $3, clock_timestamp())
on conflict (partner_id, request_id) do nothing
returning partner_id;
