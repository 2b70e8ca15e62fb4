-- A page of observations.
-- in:  $1 gate; $2 received from (inclusive) and $3 to (exclusive);
--      $4 reception (null: from the start), $5 shard, $6 offset, $7 index after which the page begins; $8 limit;
--      $9 whether only those without a crossing; null holds for all
-- out: reception, shard, offset, index, document, crossing id, kind and value of the link, reason
select received_at, shard, log_offset, observation_index, document::text, crossing_id, link_kind, link_value,
    unlinked_reason
from observations
where ($1::text is null or gate_id = $1)
    and ($2::timestamptz is null or received_at >= $2)
    and ($3::timestamptz is null or received_at < $3)
    and ($4::timestamptz is null or (received_at, shard, log_offset, observation_index) > ($4, $5, $6, $7))
    and (not $9 or crossing_id is null)
order by received_at, shard, log_offset, observation_index
limit $8;
