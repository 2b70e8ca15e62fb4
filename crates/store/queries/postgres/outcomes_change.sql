-- Changes the outcomes of records that waited: parts that are given up, records whose gate is found or that wait on.
-- in:  $1 shard; $2 offsets, $3 kinds until now (`part`, or `routed` without a gate), $4 kinds, $5 gates (null: as it was) and
--      $6 codes from now on: one entry each per record; $7 when it is recorded
update outcomes o
set kind = w.kind, gate_id = coalesce(w.gate_id, o.gate_id), code = w.code, recorded_at = $7
from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[]) w (log_offset, waited_as, kind, gate_id, code)
where o.shard = $1 and o.log_offset = w.log_offset and o.kind = w.waited_as and (o.kind = 'part' or o.gate_id is null);
