-- Every version of every source.
-- out: source, version, format, gate, lane, readings (JSON), rank, zone, clock offset, silent after (seconds),
--      replay, partner, disabled, registered (microseconds), recorder, device serial; by source and version
select source_id, version, format, gate_id, lane, readings, rank, zone, clock_offset_seconds, silent_after_seconds,
    is_replay, partner_id, is_disabled, registered_at, recorder_id, device_serial
from sources
order by source_id, version;
