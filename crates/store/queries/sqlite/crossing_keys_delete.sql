-- Takes away the keys of crossings written anew.
-- in:  $1 crossing ids, JSON array of hex
delete from crossing_keys where crossing_id in (select unhex(value) from json_each($1));
