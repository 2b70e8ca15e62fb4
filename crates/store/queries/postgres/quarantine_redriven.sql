-- Notes that a quarantined record was appended again; the first time stays.
-- in:  $1 shard; $2 offset
-- out: one row, or none when there is no such record
update quarantine
set redriven_at = coalesce(redriven_at, clock_timestamp())
where shard = $1 and log_offset = $2
returning shard;
