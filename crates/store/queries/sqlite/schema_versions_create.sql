-- Makes the table of migrations already run.
create table if not exists schema_versions (
    version integer not null primary key,
    name text not null,
    applied_at integer not null
) strict;
