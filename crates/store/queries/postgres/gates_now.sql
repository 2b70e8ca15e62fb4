-- What the board shows of each registered gate.
-- out: gate, log time of its shard, crossings inside with two readings or more, with one reading,
--      the one inside longest and its entry; by gate
select g.gate_id, p.log_time,
    (
        select count(*) from crossings c
        where c.gate_id = g.gate_id and c.state = 'open' and c.entered_at is not null and c.reading_count >= 2
    ),
    (
        select count(*) from crossings c
        where c.gate_id = g.gate_id and c.state = 'open' and c.entered_at is not null and c.reading_count = 1
    ),
    (
        select c.crossing_id from crossings c
        where c.gate_id = g.gate_id and c.state = 'open' and c.entered_at is not null and c.reading_count >= 2
        order by c.entered_at, c.crossing_id limit 1
    ),
    (
        select min(c.entered_at) from crossings c
        where c.gate_id = g.gate_id and c.state = 'open' and c.entered_at is not null and c.reading_count >= 2
    )
from gates g
left join progress p on p.shard = g.shard
where g.version = 1
order by g.gate_id;
