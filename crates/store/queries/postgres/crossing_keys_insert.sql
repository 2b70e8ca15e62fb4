-- Inserts the keys of crossings.
-- in:  $1 to $4: an array per column, in the order of the columns
insert into crossing_keys (gate_id, kind, value, crossing_id)
select w.gate_id, w.kind, w.value, w.crossing_id
from unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) w (gate_id, kind, value, crossing_id);
