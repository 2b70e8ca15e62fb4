-- A submission, held until the transaction ends.
-- in:  $1 partner; $2 request id; $3 seconds after which a pending one is stale
-- out: hash of the body, answer or null, whether it began that long ago
select body_sha256, answer, begun_at <= clock_timestamp() - $3 * interval '1 s'
from submissions
where partner_id = $1 and request_id = $2
for update;
