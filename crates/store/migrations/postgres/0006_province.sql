-- A source may be province-wide: it has no gate, and the router finds one for each of its records.
alter table sources alter column gate_id drop not null;

comment on column sources.gate_id is 'Name of the gate; null for a province-wide source.';
