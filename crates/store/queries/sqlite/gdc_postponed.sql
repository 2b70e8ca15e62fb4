-- Puts off a declaration whose answer was none; nothing is marked as answered.
-- in:  $1 source id; $2 first eleven digits; $3 microseconds from now until it is due again
update gdc_questions set due_at = cast(unixepoch('subsec') * 1000000 as integer) + $3
where source_id = $1 and link_part = $2;
