-- Takes away the facts of crossings written anew.
-- in:  $1 crossing ids
delete from facts where crossing_id = any($1);
