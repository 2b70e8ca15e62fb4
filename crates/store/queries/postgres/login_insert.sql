-- Stores a login.
-- in:  $1 its name; $2 user name; $3 and $4 H(A1) by MD5 and SHA-256; $5 role; $6 subject
-- out: name of the login, user name, role, subject, created, disabled
insert into logins (login_id, username, md5_ha1, sha256_ha1, role, subject, created_at)
values ($1, $2, $3, $4, $5, $6, clock_timestamp())
returning login_id, username, role, subject, created_at, disabled_at;
