-- Disables a login; the first time stays.
-- in:  $1 its name
-- out: name of the login, user name, role, subject, created, disabled (microseconds); no row without one
update logins
set disabled_at = ifnull(disabled_at, cast(unixepoch('subsec') * 1000000 as integer))
where login_id = $1
returning login_id, username, role, subject, created_at, disabled_at;
