create table unrouted (
    shard integer not null check (shard between 0 and 65535),
    log_offset bigint not null check (log_offset >= 0),
    record_id uuid not null,
    source_id text collate "C" not null,
    format text collate "C" not null,
    received_at timestamptz not null,
    code text collate "C" not null,
    detail text not null,
    message_key text collate "C",
    envelope jsonb not null check (jsonb_typeof(envelope) = 'object'),
    body bytea not null,
    recorded_at timestamptz not null,
    primary key (shard, log_offset),
    foreign key (shard, log_offset) references outcomes (shard, log_offset)
);

comment on table unrouted is
    'Records of province-wide sources for which the router found no gate yet. Their outcome is routed, without a gate.';
comment on column unrouted.shard is 'Partition of the raw log: the router''s.';
comment on column unrouted.log_offset is 'Offset in the shard of the raw log.';
comment on column unrouted.record_id is 'Name of the raw record.';
comment on column unrouted.source_id is 'Name of the source.';
comment on column unrouted.format is 'Name of the format it is read as.';
comment on column unrouted.received_at is 'When the hub received it, by the hub clock.';
comment on column unrouted.code is 'Stable code of why it waits.';
comment on column unrouted.detail is 'The reason in words; no personal data.';
comment on column unrouted.message_key is
    'For a part of a split message: names the message among those of the source.';
comment on column unrouted.envelope is 'JSON object: what else the log has of the record.';
comment on column unrouted.body is 'The message as it came. Personal data.';
comment on column unrouted.recorded_at is 'When the database stored it.';

create index unrouted_by_message on unrouted (shard, source_id, message_key) where message_key is not null;

create table unrouted_keys (
    kind text collate "C" not null,
    value text collate "C" not null,
    shard integer not null,
    log_offset bigint not null,
    primary key (kind, value, shard, log_offset),
    foreign key (shard, log_offset) references unrouted (shard, log_offset) on delete cascade
);

comment on table unrouted_keys is 'Match keys by which unrouted records may find their gate.';
comment on column unrouted_keys.kind is 'Kind of the match key.';
comment on column unrouted_keys.value is 'Match form of the identifier. Plates and trailers are personal data.';
comment on column unrouted_keys.shard is 'Partition of the raw log: the router''s.';
comment on column unrouted_keys.log_offset is 'Offset in the shard of the raw log.';

create index unrouted_keys_by_record on unrouted_keys (shard, log_offset);

create index parts_by_source on parts (source_id, message_key);
