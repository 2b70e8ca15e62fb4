-- The outcomes of a record, at every appearance that gave no observation.
-- in:  $1 record id
-- out: shard, offset, source, reception, kind, code
select shard, log_offset, source_id, received_at, kind, code
from outcomes
where record_id = $1;
