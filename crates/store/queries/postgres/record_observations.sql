-- The observations of a record, at every appearance.
-- in:  $1 record id
-- out: shard, document, crossing id, kind and value of the link, reason
select shard, document::text, crossing_id, link_kind, link_value, unlinked_reason
from observations
where record_id = $1;
