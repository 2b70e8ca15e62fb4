-- The declaration to ask about next: of an open crossing at a source's gate that has not passed supervision, not settled,
-- due, and asked about for no longer than allowed. Those never asked about come first, then the one asked longest ago.
-- in:  $1 JSON array of [source id, gate id]; $2 microseconds for which a declaration is asked about
-- out: source id, first eleven digits, the number as read (the last amendment), when it was registered, how many are due
with due as (
    select s.value ->> 0 as source_id, c.gate_id, k.value as link_part, count(*) over () as due_count
    from json_each($1) s
    cross join crossings c on c.gate_id = s.value ->> 1 and c.state = 'open'
    -- Else every declaration ever seen is gone through for every open crossing.
    cross join crossing_keys k indexed by crossing_keys_by_crossing
        on k.crossing_id = c.crossing_id and k.kind = 'declaration'
    left join gdc_questions q on q.source_id = s.value ->> 0 and q.link_part = k.value
    where (
            q.source_id is null
            or (
                q.settled_at is null
                and q.due_at <= cast(unixepoch('subsec') * 1000000 as integer)
                and q.first_asked_at > cast(unixepoch('subsec') * 1000000 as integer) - $2
            )
        )
        and not exists (
            select 1 from observations p where p.crossing_id = c.crossing_id and p.milestone = 'SUPERVISION_PASSED'
        )
    group by 1, 2, 3
    order by max(q.asked_at) nulls first, min(c.first_at), 3, 1
    limit 1
),
told as (
    select o.milestone, o.occurred_at, o.is_suspect, o.revision, o.rank, d.value as declaration
    from due
    cross join crossing_keys k on k.gate_id = due.gate_id and k.kind = 'declaration' and k.value = due.link_part
    cross join observations o on o.crossing_id = k.crossing_id
    cross join json_each(o.document, '$.declarations') d on substr(d.value, 1, 11) = due.link_part
)
select source_id, link_part, coalesce((select max(declaration) from told), link_part),
    (
        select occurred_at from told
        where milestone = 'DECL_REGISTERED' and occurred_at is not null
        order by is_suspect, revision desc, rank desc, occurred_at
        limit 1
    ),
    due_count
from due;
