-- The link table: gates whose crossings carry a key. Open crossings count, those read within the key's span, and of a trip
-- code or a declaration, which name one passage, every one.
-- in:  $1 kinds, $2 values, $3 from and $4 until (inclusive): one entry each per key
-- out: which key, from 0; gate; rank of its best crossing: 0 open and within the span, 1 within the span, 2 open, 3 neither
select w.number - 1, k.gate_id, min(
    case
        when c.first_at <= w.until_at and c.last_at >= w.from_at then (c.state <> 'open')::integer
        when c.state = 'open' then 2
        else 3
    end
)
from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[]) with ordinality
    w (kind, value, from_at, until_at, number)
join crossing_keys k on k.kind = w.kind and k.value = w.value
join crossings c on c.crossing_id = k.crossing_id
where c.state <> 'merged'
    and (
        c.state = 'open'
        or (c.first_at <= w.until_at and c.last_at >= w.from_at)
        or k.kind in ('trip', 'declaration')
    )
group by w.number, k.gate_id
order by 1, 2;
