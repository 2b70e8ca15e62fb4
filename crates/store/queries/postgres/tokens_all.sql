-- All tokens.
-- out: name, role, subject, created, disabled; by creation
select token_id, role, subject, created_at, disabled_at
from tokens
order by created_at, token_id;
