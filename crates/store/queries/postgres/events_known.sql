-- Stored observations of events: with their own event id, or correcting it.
-- in:  $1 source ids and $2 event ids, in pairs
-- out: observation document, crossing id; each observation once
select o.document::text, o.crossing_id
from observations o
where (o.shard, o.log_offset, o.observation_index) in (
    select k.shard, k.log_offset, k.observation_index
    from unnest($1::text[], $2::text[]) w (source_id, event_id)
    join observations k on k.source_id = w.source_id and k.event_id = w.event_id
    union
    select k.shard, k.log_offset, k.observation_index
    from unnest($1::text[], $2::text[]) w (source_id, event_id)
    join observations k on k.source_id = w.source_id and k.corrects = w.event_id
);
