-- The earliest filing time of any crossing.
-- out: microseconds, or null without one
select min(filed_at) from crossings where state <> 'merged';
