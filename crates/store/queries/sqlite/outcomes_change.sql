-- Changes the outcomes of records that waited: parts that are given up, records whose gate is found or that wait on.
-- in:  $1 shard; $2 JSON array of {log_offset, waited_as (kind until now: `part`, or `routed` without a gate), kind,
--      gate_id (null: as it was), code}; $3 when it is recorded, microseconds
update outcomes
set kind = w.value ->> 'kind', gate_id = coalesce(w.value ->> 'gate_id', gate_id), code = w.value ->> 'code',
    recorded_at = $3
from json_each($2) w
where shard = $1 and log_offset = w.value ->> 'log_offset' and kind = w.value ->> 'waited_as'
    and (kind = 'part' or gate_id is null);
