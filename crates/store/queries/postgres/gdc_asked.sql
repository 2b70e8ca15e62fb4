-- Notes that a declaration is asked about now; until it is answered it stays due.
-- in:  $1 source id; $2 first eleven digits
insert into gdc_questions (source_id, link_part, first_asked_at, asked_at, due_at)
select $1, $2, now, now, now from (select clock_timestamp() as now) c
on conflict (source_id, link_part) do update set asked_at = excluded.asked_at;
