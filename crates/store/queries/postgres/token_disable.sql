-- Disables a token; the first time stays.
-- in:  $1 its name
-- out: name, role, subject, created, disabled; no row without one
update tokens
set disabled_at = coalesce(disabled_at, clock_timestamp())
where token_id = $1
returning token_id, role, subject, created_at, disabled_at;
