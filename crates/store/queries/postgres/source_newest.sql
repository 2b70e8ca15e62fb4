-- The newest version of a source.
-- in:  $1 source
-- out: source, version, format, gate, lane, readings (JSON), rank, zone, clock offset, silent after (seconds),
--      replay, partner, disabled, registered, recorder, device serial
select source_id, version, format, gate_id, lane, readings::text, rank, zone, clock_offset_seconds, silent_after_seconds,
    is_replay, partner_id, is_disabled, registered_at, recorder_id, device_serial
from sources
where source_id = $1
order by version desc
limit 1;
