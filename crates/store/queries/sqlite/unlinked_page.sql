-- A page of observations without a crossing.
-- in:  $1 gate; $2 received from (inclusive) and $3 to (exclusive), microseconds;
--      $4 reception, microseconds, $5 shard, $6 offset, $7 index after which the page begins; $8 limit;
--      null holds for all
-- out: reception, shard, offset, index, document, crossing id, kind and value of the link, reason
select received_at, shard, log_offset, observation_index, document, crossing_id, link_kind, link_value, unlinked_reason
from observations
where crossing_id is null
    and ($1 is null or gate_id = $1)
    and received_at >= ifnull($2, -9223372036854775808)
    and received_at < ifnull($3, 9223372036854775807)
    and (received_at, shard, log_offset, observation_index) > ($4, $5, $6, $7)
order by received_at, shard, log_offset, observation_index
limit $8;
