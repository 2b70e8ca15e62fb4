-- Observations as Q2 and Q3 see them.
-- in:  $1 gate; $2 direction, $3 channel, $4 cargo, $5 loaded of the crossing (without one: unknown, none, null, null);
--      $6 ordered from (inclusive) and $7 to (exclusive); null holds for all
-- out: gate, direction, channel, ordered_at, latency, whether it has an identifier, readings of its crossing;
--      by latency, those without one last
select o.gate_id, c.direction, c.channel, o.ordered_at, o.latency_us, o.has_identifier, c.reading_count
from observations o
left join crossings c on c.crossing_id = o.crossing_id
where ($6::timestamptz is null or o.ordered_at >= $6)
    and ($7::timestamptz is null or o.ordered_at < $7)
    and ($1::text is null or o.gate_id = $1)
    and ($2::text is null or coalesce(c.direction, 'unknown') = $2)
    and ($3::text is null or coalesce(c.channel, 'none') = $3)
    and ($4::text is null or c.cargo = $4)
    and ($5::boolean is null or c.is_loaded = $5)
order by o.latency_us nulls last, o.shard, o.log_offset, o.observation_index;
