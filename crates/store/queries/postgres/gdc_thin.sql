-- Forgets declarations that nobody waits for: in no open crossing, and not asked about for a while. Some at a time, so
-- that the statement is short.
-- in:  $1 microseconds since they were asked about last; $2 most rows
delete from gdc_questions
where (source_id, link_part) in (
    select q.source_id, q.link_part
    from gdc_questions q
    where q.asked_at < clock_timestamp() - $1::bigint * interval '1 microsecond'
        and q.link_part not in (
            select k.value
            from crossings c
            -- With offset 0 crossing by crossing: else every declaration ever seen is gone through.
            cross join lateral (
                select w.value from crossing_keys w
                where w.crossing_id = c.crossing_id and w.kind = 'declaration' offset 0
            ) k
            where c.state = 'open'
        )
    order by q.asked_at
    limit $2
);
