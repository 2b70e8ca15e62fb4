-- Records of province-wide sources for which the router found no gate yet. Their outcome is `routed`, without a gate.
create table unrouted (
    shard integer not null check (shard between 0 and 65535),
    log_offset integer not null check (log_offset >= 0),
    record_id blob not null check (length(record_id) = 16),
    source_id text not null,
    format text not null,
    received_at integer not null,
    -- Stable code of why it waits.
    code text not null,
    -- The reason in words; no personal data.
    detail text not null,
    -- For a part of a split message: names the message among those of the source.
    message_key text,
    -- JSON object: what else the log has of the record.
    envelope text not null check (json_type(envelope) = 'object'),
    -- The message as it came. Personal data.
    body blob not null,
    recorded_at integer not null,
    primary key (shard, log_offset),
    foreign key (shard, log_offset) references outcomes (shard, log_offset)
) strict;

create index unrouted_by_message on unrouted (shard, source_id, message_key) where message_key is not null;

-- Match keys by which they may find their gate.
create table unrouted_keys (
    kind text not null,
    value text not null,
    shard integer not null,
    log_offset integer not null,
    primary key (kind, value, shard, log_offset),
    foreign key (shard, log_offset) references unrouted (shard, log_offset) on delete cascade
) strict, without rowid;

create index unrouted_keys_by_record on unrouted_keys (shard, log_offset);

-- Which gate has parts of a message already.
create index parts_by_source on parts (source_id, message_key);
