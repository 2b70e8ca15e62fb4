-- Every earlier appearance of records.
-- in:  $1 record ids
-- out: record id, offset, hash of the body, outcome kind and code (null when it gave observations); by offset
select distinct on (log_offset, shard) record_id, log_offset, body_sha256, kind, code
from (
    select record_id, shard, log_offset, body_sha256, null::text as kind, null::text as code
    from observations
    where record_id = any($1)
    union all
    select record_id, shard, log_offset, body_sha256, kind, code
    from outcomes
    where record_id = any($1)
) appearances
order by log_offset, shard;
