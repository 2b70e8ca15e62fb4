-- Registers a version of a source, unless it is there.
-- in:  $1 source; $2 version; $3 format; $4 gate; $5 lane; $6 readings, JSON; $7 rank; $8 zone;
--      $9 clock offset, seconds; $10 silent after, seconds; $11 replay; $12 partner; $13 disabled;
--      $14 recorder; $15 device serial
-- out: one row, or none when the version was there
insert into sources (
    source_id, version, format, gate_id, lane, readings, rank, zone, clock_offset_seconds, silent_after_seconds,
    is_replay, partner_id, is_disabled, recorder_id, device_serial, registered_at
)
values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11, $12, $13, $14, $15, clock_timestamp())
on conflict (source_id, version) do nothing
returning source_id;
