-- Crossings wanted by key and time, or by name.
-- in:  $1 gates, $2 kinds, $3 values, $4 from and $5 until (inclusive): one entry each per key; $6 crossing ids
-- out: a crossing document per row, each once
select c.document::text
from crossings c
where c.crossing_id = any($6)
    or c.crossing_id in (
        select k.crossing_id
        from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
            w (gate_id, kind, value, from_at, until_at)
        join crossing_keys k on k.gate_id = w.gate_id and k.kind = w.kind and k.value = w.value
        join crossings held on held.crossing_id = k.crossing_id
        where held.state in ('open', 'expired')
            or held.is_open_by_keys
            or (held.state <> 'merged' and held.first_at <= w.until_at and held.last_at >= w.from_at)
    );
