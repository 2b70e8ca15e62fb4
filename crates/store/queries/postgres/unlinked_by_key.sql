-- Observations without a crossing that carry a key within its span.
-- in:  $1 gates, $2 kinds, $3 values, $4 from and $5 until (inclusive): one entry each per key
-- out: an observation document per row, each once
select o.document::text
from observations o
where (o.shard, o.log_offset, o.observation_index) in (
    select k.shard, k.log_offset, k.observation_index
    from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
        w (gate_id, kind, value, from_at, until_at)
    join unlinked_keys k
        on k.gate_id = w.gate_id and k.kind = w.kind and k.value = w.value
        and k.ordered_at between w.from_at and w.until_at
);
