-- All logins.
-- out: name of the login, user name, role, subject, created, disabled; by creation
select login_id, username, role, subject, created_at, disabled_at
from logins
order by created_at, login_id;
