create table parts (
    shard integer not null check (shard between 0 and 65535),
    log_offset bigint not null check (log_offset >= 0),
    record_id uuid not null,
    source_id text collate "C" not null,
    gate_id text collate "C" not null,
    format text collate "C" not null,
    received_at timestamptz not null,
    message_key text collate "C" not null,
    part_number integer not null check (part_number between 1 and 999),
    is_last boolean not null,
    bytes_sha256 bytea not null check (octet_length(bytes_sha256) = 32),
    bytes bytea,
    waits_until timestamptz not null,
    recorded_at timestamptz not null,
    primary key (shard, log_offset)
);

comment on table parts is
    'Parts of split messages: those that wait for the others, and for a while those that were put together.';
comment on column parts.shard is 'Partition of the raw log.';
comment on column parts.log_offset is 'Offset in the shard of the raw log.';
comment on column parts.record_id is 'Name of the raw record.';
comment on column parts.source_id is 'Name of the source.';
comment on column parts.gate_id is 'Name of the gate.';
comment on column parts.format is 'Name of the format it is read as.';
comment on column parts.received_at is 'When the hub received it, by the hub clock.';
comment on column parts.message_key is 'Names the message among those of the source.';
comment on column parts.part_number is 'Its place in the message, from 1.';
comment on column parts.is_last is 'Whether the message ends with it.';
comment on column parts.bytes_sha256 is 'SHA-256 of the part.';
comment on column parts.bytes is 'The part itself while it waits; null once the message is whole. Personal data.';
comment on column parts.waits_until is 'The log time at which it is given up, or forgotten.';
comment on column parts.recorded_at is 'When the database stored it.';

create unique index parts_by_message on parts (shard, source_id, message_key, part_number);
create index parts_by_time on parts (shard, waits_until);
