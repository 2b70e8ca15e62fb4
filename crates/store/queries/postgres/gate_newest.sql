-- The newest version of a gate.
-- in:  $1 gate
-- out: gate, version, names, shard, office codes (JSON), disabled
select gate_id, version, name_en, name_vi, shard, office_codes::text, is_disabled
from gates
where gate_id = $1
order by version desc
limit 1;
