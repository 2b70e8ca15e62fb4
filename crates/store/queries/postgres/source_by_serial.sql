-- Another source that holds a device's serial: its newest version has it and is not disabled.
-- in:  $1 serial; $2 the source that wants it
-- out: source; no row when the serial is free
select s.source_id
from sources s
where s.device_serial = $1 and s.source_id <> $2 and not s.is_disabled
    and s.version = (select max(n.version) from sources n where n.source_id = s.source_id)
order by s.source_id
limit 1;
