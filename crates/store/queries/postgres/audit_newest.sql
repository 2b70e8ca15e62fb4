-- The newest audit rows.
-- in:  $1 limit
-- out: time, actor, action, subject, purpose; newest first
select recorded_at, actor, action, subject, purpose
from audit
order by audit_seq desc
limit $1;
