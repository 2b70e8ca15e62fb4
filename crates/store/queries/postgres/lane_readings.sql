-- What was read on lanes within spans of time, by the moment readings are linked by.
-- in:  $1 gates, $2 lanes, $3 from and $4 until (inclusive): one entry each per span
-- out: crossing id and null, or null and the observation document of one without a crossing; each once
select distinct o.crossing_id, case when o.crossing_id is null then o.document::text end
from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[]) w (gate_id, lane, from_at, until_at)
join observations o
    on o.gate_id = w.gate_id and o.document ->> 'lane' = w.lane
    and (case when o.is_suspect then o.received_at else o.ordered_at end) between w.from_at and w.until_at;
