-- The login of a user name that works.
-- in:  $1 user name
-- out: name of the login, user name, role, subject, created, disabled (microseconds), H(A1) by MD5, by SHA-256
select login_id, username, role, subject, created_at, disabled_at, md5_ha1, sha256_ha1
from logins
where username = $1 and disabled_at is null;
