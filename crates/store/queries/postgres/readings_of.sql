-- The readings of crossings.
-- in:  $1 crossing ids
-- out: crossing id, observation document, kind and value of the link; in no order
select crossing_id, document::text, link_kind, link_value from observations where crossing_id = any($1);
