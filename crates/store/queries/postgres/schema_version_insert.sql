-- Notes that a migration was run.
-- in:  $1 version; $2 name
insert into schema_versions (version, name, applied_at)
values ($1, $2, clock_timestamp());
