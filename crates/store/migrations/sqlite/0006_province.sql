-- A source may be province-wide: it has no gate, and the router finds one for each of its records.
-- SQLite cannot take a `not null` away, so the table is made anew.
create table sources_anew (
    source_id text not null,
    version integer not null check (version >= 1),
    format text not null,
    -- None for a province-wide source.
    gate_id text,
    lane text,
    -- JSON object: the device's word for direction, and the milestone it means there.
    readings text not null check (json_type(readings) = 'object'),
    -- 0 sensor at the place, 1 agency or yard report, 2 customs message.
    rank integer not null check (rank between 0 and 255),
    -- IANA zone of times that carry none.
    zone text not null,
    -- Device clock minus true time.
    clock_offset_seconds integer not null,
    silent_after_seconds integer check (silent_after_seconds >= 0),
    is_replay integer not null check (is_replay in (0, 1)),
    partner_id text,
    is_disabled integer not null check (is_disabled in (0, 1)),
    registered_at integer not null,
    primary key (source_id, version)
) strict, without rowid;

insert into sources_anew (
    source_id, version, format, gate_id, lane, readings, rank, zone, clock_offset_seconds, silent_after_seconds,
    is_replay, partner_id, is_disabled, registered_at
)
select source_id, version, format, gate_id, lane, readings, rank, zone, clock_offset_seconds, silent_after_seconds,
    is_replay, partner_id, is_disabled, registered_at
from sources;

drop table sources;
alter table sources_anew rename to sources;
