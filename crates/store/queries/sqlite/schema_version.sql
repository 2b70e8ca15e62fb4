-- The schema's version.
-- out: the greatest version run, 0 when none
select ifnull(max(version), 0) from schema_versions;
