-- Puts off a declaration whose answer was none; nothing is marked as answered.
-- in:  $1 source id; $2 first eleven digits; $3 microseconds from now until it is due again
update gdc_questions set due_at = clock_timestamp() + $3::bigint * interval '1 microsecond'
where source_id = $1 and link_part = $2;
