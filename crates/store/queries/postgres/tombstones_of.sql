-- Revisions of merged crossings.
-- in:  $1 crossing ids
-- out: crossing id, revision
select crossing_id, revision from crossings where crossing_id = any($1) and state = 'merged';
