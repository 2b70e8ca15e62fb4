-- A page of crossings.
-- in:  $1 gate; $2 direction; $3 channel; $4 states or null (then all but merged);
--      $5 kind and $6 value of a key; $7 filed from (inclusive) and $8 to (exclusive);
--      $9 first_at and $10 crossing id after which the page begins; $11 limit; null holds for all
-- out: first_at, crossing id, crossing document; by first_at, then id
select c.first_at, c.crossing_id, c.document::text
from crossings c
where ($1::text is null or c.gate_id = $1)
    and ($2::text is null or c.direction = $2)
    and ($3::text is null or c.channel = $3)
    and case when $4::text[] is null then c.state <> 'merged' else c.state = any($4) end
    and (
        $5::text is null
        or c.crossing_id in (select k.crossing_id from crossing_keys k where k.kind = $5 and k.value = $6)
    )
    and ($7::timestamptz is null or c.filed_at >= $7)
    and ($8::timestamptz is null or c.filed_at < $8)
    and ($9::timestamptz is null or (c.first_at, c.crossing_id) > ($9, $10))
order by c.first_at, c.crossing_id
limit $11;
