-- What was read on lanes within spans of time, by the moment readings are linked by.
-- in:  $1 JSON array of {gate_id, lane, from_us, until_us}
-- out: crossing id and null, or null and the observation document of one without a crossing; each once
select distinct o.crossing_id, case when o.crossing_id is null then o.document end
from json_each($1) w
cross join observations o
    on o.gate_id = w.value ->> 'gate_id' and o.document ->> 'lane' = w.value ->> 'lane'
    and case when o.is_suspect then o.received_at else o.ordered_at end
        between w.value ->> 'from_us' and w.value ->> 'until_us'
where o.document ->> 'lane' is not null;
