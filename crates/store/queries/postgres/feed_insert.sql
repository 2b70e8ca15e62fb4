-- Inserts the feed rows of a batch.
-- in:  $1 shard; $2 to $7: an array per column, in the order of the columns; $8 when they are recorded
insert into feed (shard, feed_seq, gate_id, crossing_id, revision, is_tombstone, encoded, recorded_at)
select $1, w.feed_seq, w.gate_id, w.crossing_id, w.revision, w.is_tombstone, w.encoded, $8
from unnest($2::bigint[], $3::text[], $4::uuid[], $5::bigint[], $6::boolean[], $7::bytea[])
    w (feed_seq, gate_id, crossing_id, revision, is_tombstone, encoded);
