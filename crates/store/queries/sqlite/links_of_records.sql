-- Gates that have records already: by a reading, or by an outcome other than `quarantined`; and those to which records are going.
-- in:  $1 record ids, JSON array of hex
-- out: record id, hash of the body, gate; each once
select o.record_id, o.body_sha256, o.gate_id
from json_each($1) w
cross join observations o on o.record_id = unhex(w.value)
union
select o.record_id, o.body_sha256, o.gate_id
from json_each($1) w
cross join outcomes o on o.record_id = unhex(w.value)
where o.gate_id is not null and o.kind <> 'quarantined'
union
select d.record_id, d.body_sha256, d.gate_id
from json_each($1) w
cross join route_decisions d on d.record_id = unhex(w.value);
