-- Makes the table of migrations already run.
create table if not exists schema_versions (
    version bigint not null primary key,
    name text not null,
    applied_at timestamptz not null
);
