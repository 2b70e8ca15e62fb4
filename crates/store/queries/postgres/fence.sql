-- Moves the shard's row behind the batch and prolongs the lease, if the shard is still ours and stands where we left it.
-- in:  $1 shard; $2 epoch; $3 offset before; $4 offset after; $5 last record id; $6 log time;
--      $7 whether the last record is a replay; $8 number of the last feed row
-- out: the database's clock; no row when fenced
update progress
set next_offset = $4, last_record_id = $5, log_time = $6, last_is_replay = $7, feed_seq = $8,
    suspect_offset = null, suspect_count = 0, lease_until = clock_timestamp() + interval '8 s'
where shard = $1 and owner_epoch = $2 and next_offset = $3
returning clock_timestamp();
