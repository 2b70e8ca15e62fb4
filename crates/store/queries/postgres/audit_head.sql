-- The last row of the audit trail, and the time.
-- out: number, hash; no row for an empty trail
select audit_seq, sha256 from audit order by audit_seq desc limit 1;
