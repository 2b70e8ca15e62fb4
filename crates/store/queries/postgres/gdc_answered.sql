-- Notes that the log has the answer about a declaration.
-- in:  $1 source id; $2 first eleven digits; $3 microseconds from now until it is due again; $4 whether it is settled
update gdc_questions
set answered_at = now, due_at = now + $3::bigint * interval '1 microsecond', settled_at = case when $4 then now end
from (select clock_timestamp() as now) c
where source_id = $1 and link_part = $2;
