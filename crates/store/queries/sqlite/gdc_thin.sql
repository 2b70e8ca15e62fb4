-- Forgets declarations that nobody waits for: in no open crossing, and not asked about for a while. Some at a time, so
-- that the statement is short.
-- in:  $1 microseconds since they were asked about last; $2 most rows
delete from gdc_questions
where (source_id, link_part) in (
    select q.source_id, q.link_part
    from gdc_questions q
    where q.asked_at < cast(unixepoch('subsec') * 1000000 as integer) - $1
        and q.link_part not in (
            select k.value
            from crossings c
            -- Else every declaration ever seen is gone through for every open crossing.
            cross join crossing_keys k indexed by crossing_keys_by_crossing
                on k.crossing_id = c.crossing_id and k.kind = 'declaration'
            where c.state = 'open'
        )
    order by q.asked_at
    limit $2
);
