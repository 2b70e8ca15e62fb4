-- Observations without a crossing that carry a key within its span.
-- in:  $1 JSON array of {gate_id, kind, value, from_us, until_us}
-- out: an observation document per row, each once
select distinct o.document
from json_each($1) w
cross join unlinked_keys k
    on k.gate_id = w.value ->> 'gate_id' and k.kind = w.value ->> 'kind' and k.value = w.value ->> 'value'
    and k.ordered_at between w.value ->> 'from_us' and w.value ->> 'until_us'
cross join observations o
    on o.shard = k.shard and o.log_offset = k.log_offset and o.observation_index = k.observation_index;
