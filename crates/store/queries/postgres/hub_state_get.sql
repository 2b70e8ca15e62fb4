-- A value of the hub as a whole.
-- in:  $1 key
-- out: value
select value from hub_state where key = $1;
