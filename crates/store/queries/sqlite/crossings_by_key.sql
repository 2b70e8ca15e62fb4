-- Crossings wanted by key and time, or by name.
-- in:  $1 JSON array of {gate_id, kind, value, from_us, until_us}; $2 crossing ids, JSON array of hex
-- out: a crossing document per row, each once
select c.document
from json_each($1) w
cross join crossing_keys k
    on k.gate_id = w.value ->> 'gate_id' and k.kind = w.value ->> 'kind' and k.value = w.value ->> 'value'
cross join crossings c on c.crossing_id = k.crossing_id
where c.state in ('open', 'expired')
    or c.is_open_by_keys
    or (c.state <> 'merged' and c.first_at <= w.value ->> 'until_us' and c.last_at >= w.value ->> 'from_us')
union
select c.document
from json_each($2) w
cross join crossings c on c.crossing_id = unhex(w.value);
