-- Disables the login of a user name that works, to make room for another.
-- in:  $1 user name
update logins
set disabled_at = cast(unixepoch('subsec') * 1000000 as integer)
where username = $1 and disabled_at is null;
