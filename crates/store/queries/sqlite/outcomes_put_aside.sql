-- Turns the outcome of parts that are given up into `quarantined`.
-- in:  $1 shard; $2 JSON array of {log_offset, code}; $3 when it is recorded, microseconds
update outcomes
set kind = 'quarantined', code = w.value ->> 'code', recorded_at = $3
from json_each($2) w
where shard = $1 and log_offset = w.value ->> 'log_offset' and kind = 'part';
