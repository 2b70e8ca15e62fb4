-- Counts for metrics.
-- out: open crossings; quarantined records not redriven; observations without a crossing
select (select count(*) from crossings where state = 'open'),
    (select count(*) from quarantine where redriven_at is null),
    (select count(*) from observations where crossing_id is null);
