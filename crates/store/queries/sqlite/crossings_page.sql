-- A page of crossings, walked in order; the way without a key and a range.
-- in:  $1 gate; $2 direction; $3 channel; $4 states, JSON array or null (then all but merged);
--      $5 kind and $6 value of a key; $7 filed from (inclusive) and $8 to (exclusive), microseconds;
--      $9 first_at, microseconds, and $10 crossing id after which the page begins; $11 limit;
--      null holds for all, except in $9 and $10
-- out: first_at, crossing id, crossing document; by first_at, then id
select c.first_at, c.crossing_id, c.document
from crossings c
where true
    and ($1 is null or c.gate_id = $1)
    and ($2 is null or c.direction = $2)
    and ($3 is null or c.channel = $3)
    and case when $4 is null then c.state <> 'merged' else c.state in (select value from json_each($4)) end
    and ($5 is null or c.crossing_id in (select k.crossing_id from crossing_keys k where k.kind = $5 and k.value = $6))
    and ($7 is null or c.filed_at >= $7)
    and ($8 is null or c.filed_at < $8)
    and (c.first_at, c.crossing_id) > ($9, $10)
order by c.first_at, c.crossing_id
limit $11;
