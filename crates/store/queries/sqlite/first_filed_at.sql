-- The earliest filing time of any crossing.
-- out: microseconds, or null without one
select (
    select filed_at
    from crossings
    where ifnull(filed_at, -9223372036854775808) > -9223372036854775808 and state <> 'merged'
    order by ifnull(filed_at, -9223372036854775808)
    limit 1
);
