-- Notes in the outcomes of records that waited where they went, or why they still wait.
-- in:  $1 shard; $2 offsets, $3 gates (null while it waits) and $4 codes: one entry each per record; $5 when it is recorded
update outcomes o
set gate_id = w.gate_id, code = w.code, recorded_at = $5
from unnest($2::bigint[], $3::text[], $4::text[]) w (log_offset, gate_id, code)
where o.shard = $1 and o.log_offset = w.log_offset and o.kind = 'routed' and o.gate_id is null;
