-- Lets one act of a kind run at a time, until the transaction ends.
-- in:  $1 number of the lock
select pg_advisory_xact_lock($1);
