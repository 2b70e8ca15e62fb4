-- Parts of split messages: those that wait for the others, and for a while those that were put together.
create table parts (
    shard integer not null check (shard between 0 and 65535),
    log_offset integer not null check (log_offset >= 0),
    record_id blob not null check (length(record_id) = 16),
    source_id text not null,
    gate_id text not null,
    format text not null,
    received_at integer not null,
    -- Names the message among those of the source.
    message_key text not null,
    -- Its place in the message, from 1.
    part_number integer not null check (part_number between 1 and 999),
    is_last integer not null check (is_last in (0, 1)),
    bytes_sha256 blob not null check (length(bytes_sha256) = 32),
    -- The part itself while it waits; null once the message is whole. Personal data.
    bytes blob,
    -- The log time at which it is given up, or forgotten.
    waits_until integer not null,
    recorded_at integer not null,
    primary key (shard, log_offset)
) strict;

create unique index parts_by_message on parts (shard, source_id, message_key, part_number);
create index parts_by_time on parts (shard, waits_until);
