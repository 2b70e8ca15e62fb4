-- The moments that stand for a milestone in crossings whose time overlaps a range.
-- in:  $1 gate; $2 milestone; $3 from, $4 to
-- out: RFC 3339 texts, in no order; also some outside the range
select c.document -> 'milestones' -> $2 ->> 'at'
from crossings c
where c.gate_id = $1 and c.last_at >= $3 and c.first_at < $4 and c.state <> 'merged'
    and c.document -> 'milestones' ? $2;
