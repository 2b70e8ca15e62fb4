-- The link table: gates whose crossings carry a key. Open crossings count, those read within the key's span, and of a trip
-- code or a declaration, which name one passage, every one.
-- in:  $1 JSON array of {kind, value, from_us, until_us}
-- out: which key, from 0; gate; rank of its best crossing: 0 open and within the span, 1 within the span, 2 open, 3 neither
select w.key, k.gate_id, min(
    case
        when c.first_at <= w.value ->> 'until_us' and c.last_at >= w.value ->> 'from_us' then c.state <> 'open'
        when c.state = 'open' then 2
        else 3
    end
)
from json_each($1) w
cross join crossing_keys k on k.kind = w.value ->> 'kind' and k.value = w.value ->> 'value'
cross join crossings c on c.crossing_id = k.crossing_id
where c.state <> 'merged'
    and (
        c.state = 'open'
        or (c.first_at <= w.value ->> 'until_us' and c.last_at >= w.value ->> 'from_us')
        or k.kind in ('trip', 'declaration')
    )
group by w.key, k.gate_id
order by 1, 2;
