-- Every earlier appearance of records.
-- in:  $1 record ids, JSON array of hex
-- out: record id, offset, hash of the body, outcome kind and code (null when it gave observations); by offset
select o.record_id, o.log_offset, o.body_sha256, null as kind, null as code
from json_each($1) w
cross join observations o on o.record_id = unhex(w.value)
group by o.shard, o.log_offset
union all
select o.record_id, o.log_offset, o.body_sha256, o.kind, o.code
from json_each($1) w
cross join outcomes o on o.record_id = unhex(w.value)
order by 2;
