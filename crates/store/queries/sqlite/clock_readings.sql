-- Dated readings of devices (rank 0), made with the clock offset that holds: of each record the first.
-- in:  $1 gate, null: all; $2 received from (inclusive), $3 to (exclusive), microseconds
-- out: source, reception, occurrence (the registered offset taken off; microseconds), crossing, milestone; by reception
select o.source_id, o.received_at, o.occurred_at, o.crossing_id, o.milestone
from observations o
join sources r on r.source_id = o.source_id and r.version = o.source_version
join (
    select source_id, clock_offset_seconds, max(version)
    from sources
    group by source_id
) n on n.source_id = o.source_id and n.clock_offset_seconds = r.clock_offset_seconds
where o.received_at >= $2 and o.received_at < $3
    and ($1 is null or o.gate_id = $1)
    and o.rank = 0 and o.observation_index = 0 and o.basis in ('explicit', 'configured', 'corrected')
order by o.received_at, o.shard, o.log_offset;
