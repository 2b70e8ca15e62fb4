-- Audit rows in order, for following the chain.
-- in:  $1 number after which; $2 limit
-- out: number, time, actor, action, subject, purpose, previous hash, hash
select audit_seq, recorded_at, actor, action, subject, purpose, previous_sha256, sha256
from audit
where audit_seq > $1
order by audit_seq
limit $2;
