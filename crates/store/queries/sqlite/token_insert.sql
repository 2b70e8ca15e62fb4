-- Stores a token.
-- in:  $1 its name; $2 SHA-256 of its text; $3 role; $4 subject
-- out: name, role, subject, created, disabled (microseconds)
insert into tokens (token_id, token_sha256, role, subject, created_at)
values ($1, $2, $3, $4, cast(unixepoch('subsec') * 1000000 as integer))
returning token_id, role, subject, created_at, disabled_at;
