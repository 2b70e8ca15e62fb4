-- The rows of all shards.
-- out: a row per shard ever taken, by shard
select shard, owner, owner_epoch, next_offset, last_record_id, log_time, last_is_replay, feed_seq, log_id,
    suspect_offset, suspect_count
from progress
order by shard;
