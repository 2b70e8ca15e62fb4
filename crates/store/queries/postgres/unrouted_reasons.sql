-- Why unrouted records wait.
-- out: code, how many wait for it, reception of the oldest; the most frequent first
select code, count(*), min(received_at) from unrouted group by code order by count(*) desc, code;
