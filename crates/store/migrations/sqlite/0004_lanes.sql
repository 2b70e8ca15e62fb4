-- Readings are found by their lane and the moment they are linked by: a scale's weighing joins the vehicle seen there.
-- By reception where the clock is not believed.
create index observations_by_lane on observations (
    gate_id, document ->> 'lane', case when is_suspect then received_at else ordered_at end
)
where document ->> 'lane' is not null;
