-- Readings are found by their lane and the moment they are linked by: a scale's weighing joins the vehicle seen there.
create index observations_by_lane on observations (
    gate_id, (document ->> 'lane'), (case when is_suspect then received_at else ordered_at end)
)
where document ->> 'lane' is not null;

comment on index observations_by_lane is 'Readings by lane, and by reception where the clock is not believed.';
