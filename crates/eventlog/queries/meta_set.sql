-- States a fact about the file anew.
-- in:  $1 key; $2 value
update meta set value = $2 where key = $1;
