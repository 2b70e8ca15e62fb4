-- A fact about the file.
-- in:  $1 key: `log_id` or `layout`
-- out: value, one row or none
select value from meta where key = $1;
