-- A shard's row; locked, so that a commit still running has ended.
-- in:  $1 shard
-- out: the row, if the shard was ever taken
select shard, owner, owner_epoch, next_offset, last_record_id, log_time, last_is_replay, feed_seq, log_id,
    suspect_offset, suspect_count
from progress
where shard = $1
for update;
