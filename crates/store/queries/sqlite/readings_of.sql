-- The readings of crossings.
-- in:  $1 crossing ids, JSON array of hex
-- out: crossing id, observation document, kind and value of the link; in no order
select o.crossing_id, o.document, o.link_kind, o.link_value
from json_each($1) w
cross join observations o on o.crossing_id = unhex(w.value);
