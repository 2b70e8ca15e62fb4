-- How far the data reaches.
-- out: the greatest log time of all shards, or null without one
select max(log_time) from progress;
