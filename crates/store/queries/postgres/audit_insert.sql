-- Appends to the audit trail.
-- in:  $1 number; $2 time; $3 actor; $4 action; $5 subject; $6 purpose; $7 previous hash; $8 hash
insert into audit (audit_seq, recorded_at, actor, action, subject, purpose, previous_sha256, sha256)
values ($1, $2, $3, $4, $5, $6, $7, $8);
