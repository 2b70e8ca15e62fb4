-- Gates that have records already: by a reading, or by an outcome other than `quarantined`; and those to which records are going.
-- in:  $1 record ids
-- out: record id, hash of the body, gate; each once
select o.record_id, o.body_sha256, o.gate_id
from observations o
where o.record_id = any($1)
union
select o.record_id, o.body_sha256, o.gate_id
from outcomes o
where o.record_id = any($1) and o.gate_id is not null and o.kind <> 'quarantined'
union
select d.record_id, d.body_sha256, d.gate_id
from route_decisions d
where d.record_id = any($1);
