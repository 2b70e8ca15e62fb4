-- Notes that a declaration is asked about now; until it is answered it stays due.
-- in:  $1 source id; $2 first eleven digits
insert into gdc_questions (source_id, link_part, first_asked_at, asked_at, due_at)
select $1, $2, now, now, now from (select cast(unixepoch('subsec') * 1000000 as integer) as now) where true
on conflict (source_id, link_part) do update set asked_at = excluded.asked_at;
