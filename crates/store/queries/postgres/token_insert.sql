-- Stores a token.
-- in:  $1 its name; $2 SHA-256 of its text; $3 role; $4 subject
-- out: name, role, subject, created, disabled
insert into tokens (token_id, token_sha256, role, subject, created_at)
values ($1, $2, $3, $4, clock_timestamp())
returning token_id, role, subject, created_at, disabled_at;
