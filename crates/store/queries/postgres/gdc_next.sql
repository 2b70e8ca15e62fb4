-- The declaration to ask about next: of an open crossing at a source's gate that has not passed supervision, not settled,
-- due, and asked about for no longer than allowed. Those never asked about come first, then the one asked longest ago.
-- in:  $1 source ids and $2 gate ids: one entry each per source; $3 microseconds for which a declaration is asked about
-- out: source id, first eleven digits, the number as read (the last amendment), when it was registered, how many are due
with due as (
    select s.source_id, c.gate_id, k.value as link_part, count(*) over () as due_count
    from unnest($1::text[], $2::text[]) s (source_id, gate_id)
    join crossings c on c.gate_id = s.gate_id and c.state = 'open'
    -- With offset 0 crossing by crossing: else every declaration ever seen is gone through.
    cross join lateral (
        select w.value from crossing_keys w where w.crossing_id = c.crossing_id and w.kind = 'declaration' offset 0
    ) k
    left join gdc_questions q on q.source_id = s.source_id and q.link_part = k.value
    where (
            q.source_id is null
            or (
                q.settled_at is null
                and q.due_at <= clock_timestamp()
                and q.first_asked_at > clock_timestamp() - $3::bigint * interval '1 microsecond'
            )
        )
        and not exists (
            select from observations p where p.crossing_id = c.crossing_id and p.milestone = 'SUPERVISION_PASSED'
        )
    group by 1, 2, 3
    order by max(q.asked_at) nulls first, min(c.first_at), 3, 1
    limit 1
),
told as (
    select o.milestone, o.occurred_at, o.is_suspect, o.revision, o.rank, d.value as declaration
    from due
    join crossing_keys k on k.gate_id = due.gate_id and k.kind = 'declaration' and k.value = due.link_part
    join observations o on o.crossing_id = k.crossing_id
    join lateral jsonb_array_elements_text(o.document -> 'declarations') d on left(d.value, 11) = due.link_part
)
select source_id, link_part, coalesce((select max(declaration collate "C") from told), link_part),
    (
        select occurred_at from told
        where milestone = 'DECL_REGISTERED' and occurred_at is not null
        order by is_suspect, revision desc, rank desc, occurred_at
        limit 1
    ),
    due_count
from due;
