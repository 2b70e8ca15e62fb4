-- Every version of every gate.
-- out: gate, version, names, shard, office codes (JSON), disabled; by gate and version
select gate_id, version, name_en, name_vi, shard, office_codes::text, is_disabled
from gates
order by gate_id, version;
