-- A submission, held until the transaction ends.
-- in:  $1 partner; $2 request id; $3 seconds after which a pending one is stale
-- out: hash of the body, answer or null, whether it began that long ago
select body_sha256, answer, begun_at <= cast(unixepoch('subsec') * 1000000 as integer) - $3 * 1000000
from submissions
where partner_id = $1 and request_id = $2;
