-- Turns the outcome of parts that are given up into `quarantined`.
-- in:  $1 shard; $2 offsets and $3 codes, in pairs; $4 when it is recorded
update outcomes o
set kind = 'quarantined', code = w.code, recorded_at = $4
from unnest($2::bigint[], $3::text[]) w (log_offset, code)
where o.shard = $1 and o.log_offset = w.log_offset and o.kind = 'part';
