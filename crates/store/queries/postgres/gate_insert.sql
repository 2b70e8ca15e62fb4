-- Registers a version of a gate, unless it is there.
-- in:  $1 gate; $2 version; $3 English name; $4 Vietnamese name; $5 shard; $6 office codes, JSON; $7 disabled
-- out: one row, or none when the version was there
insert into gates (gate_id, version, name_en, name_vi, shard, office_codes, is_disabled, registered_at)
values ($1, $2, $3, $4, $5, $6::jsonb, $7, clock_timestamp())
on conflict (gate_id, version) do nothing
returning gate_id;
