-- The embedded log: one file, every record for good. Made once; `meta` says which layout it is.
-- Times are RFC 3339 text, not integer microseconds: a record reads back exactly as it was received, as from
-- the Kafka header `ce_time`, and nothing selects by it.
create table if not exists meta (
    key text not null primary key,
    value text not null
) strict;

create table if not exists shards (
    shard integer not null primary key check (shard between 0 and 65535),
    next_offset integer not null default 0 check (next_offset >= 0)
) strict;

create table if not exists records (
    shard integer not null references shards (shard),
    "offset" integer not null check ("offset" >= 0),
    record_id blob not null check (length(record_id) = 16),
    source_id text not null,
    source_version integer not null check (source_version >= 0),
    gate_id text,
    format text not null,
    content_type text not null,
    received_at text not null,
    is_replay integer not null check (is_replay in (0, 1)),
    traceparent text,
    device_headers text not null check (json_valid(device_headers)),
    redrive_of integer,
    detached text,
    -- For a record that was routed: shard/offset of the router's record.
    routed_from text,
    body blob not null,
    primary key (shard, "offset")
) strict;
