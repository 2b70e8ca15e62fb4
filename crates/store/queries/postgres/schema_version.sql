-- The schema's version.
-- out: the greatest version run, 0 when none
select coalesce(max(version), 0) from schema_versions;
