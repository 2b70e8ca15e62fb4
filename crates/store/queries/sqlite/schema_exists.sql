-- Whether any migration was ever run.
-- out: 1 or 0
select count(*) from sqlite_schema where type = 'table' and name = 'schema_versions';
