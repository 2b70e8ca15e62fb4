-- Counts for metrics.
-- out: open crossings; quarantined records not redriven; observations without a crossing; unrouted records; parts that
--      wait for their message; when the oldest of them was received, null when none waits
select (select count(*) from crossings where state = 'open'),
    (select count(*) from quarantine where redriven_at is null),
    (select count(*) from observations where crossing_id is null),
    (select count(*) from unrouted),
    count(*), min(received_at)
from parts
where bytes is not null;
