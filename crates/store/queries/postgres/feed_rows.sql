-- Rows of a shard's feed.
-- in:  $1 shard; $2 number after which and $3 up to which; $4 gates, or null for all; $5 limit
-- out: shard, number, gate, crossing, revision, whether it is gone, the encoded record, when stored
select shard, feed_seq, gate_id, crossing_id, revision, is_tombstone, encoded, recorded_at
from feed
where shard = $1 and feed_seq > $2 and feed_seq <= $3 and ($4::text[] is null or gate_id = any($4))
order by feed_seq
limit $5;
