-- When each registered source was last heard, and how often in the last hour of its shard's log time.
-- A province-wide source is in every shard's; what was routed counts where it was received, until it is read at its gate.
-- out: source, last reception (microseconds), records in that hour; only sources heard so far
with newest as (
    select s.source_id, max(p.log_time) as log_time
    from sources s
    left join gates g on g.gate_id = s.gate_id and g.version = 1
    left join progress p on p.shard = g.shard or s.gate_id is null
    group by s.source_id
),
heard as (
    select n.source_id, n.log_time,
        max(
            ifnull((select max(o.received_at) from observations o where o.source_id = n.source_id), -9223372036854775808),
            ifnull((select max(o.received_at) from outcomes o where o.source_id = n.source_id), -9223372036854775808)
        ) as last_received_at
    from newest n
)
select h.source_id, h.last_received_at,
    (
        select count(*) from observations o
        where o.source_id = h.source_id and o.received_at > h.log_time - 3600000000 and o.observation_index = 0
    ) + (
        select count(*) from outcomes o
        where o.source_id = h.source_id and o.received_at > h.log_time - 3600000000
            and (o.kind <> 'routed' or o.gate_id is null)
    )
from heard h
where h.last_received_at > -9223372036854775808
order by h.source_id;
