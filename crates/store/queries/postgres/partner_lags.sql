-- How many feed rows each partner has not acknowledged.
-- out: partner, rows; by partner
select k.partner_id, sum(greatest(p.feed_seq - coalesce(c.acknowledged_seq, 0), 0))::bigint
from (select distinct partner_id from partner_cursors) k
cross join progress p
left join partner_cursors c on c.partner_id = k.partner_id and c.shard = p.shard
group by k.partner_id
order by k.partner_id;
