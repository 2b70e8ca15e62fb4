-- A crossing by its name, also a merged one.
-- in:  $1 crossing id
-- out: its document
select document::text from crossings where crossing_id = $1;
