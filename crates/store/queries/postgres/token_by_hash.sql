-- A token that works.
-- in:  $1 SHA-256 of its text
-- out: name, role, subject, created, disabled
select token_id, role, subject, created_at, disabled_at
from tokens
where token_sha256 = $1 and disabled_at is null;
