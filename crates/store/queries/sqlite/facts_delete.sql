-- Takes away the facts of crossings written anew.
-- in:  $1 crossing ids, JSON array of hex
delete from facts where crossing_id in (select unhex(value) from json_each($1));
