-- Whether any migration was ever run.
-- out: 1 or 0
select count(*) from pg_catalog.pg_class where oid = to_regclass('schema_versions');
