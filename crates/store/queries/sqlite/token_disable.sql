-- Disables a token; the first time stays.
-- in:  $1 its name
-- out: name, role, subject, created, disabled (microseconds); no row without one
update tokens
set disabled_at = ifnull(disabled_at, cast(unixepoch('subsec') * 1000000 as integer))
where token_id = $1
returning token_id, role, subject, created_at, disabled_at;
