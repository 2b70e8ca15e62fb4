-- Takes away the keys of crossings written anew.
-- in:  $1 crossing ids
delete from crossing_keys where crossing_id = any($1);
