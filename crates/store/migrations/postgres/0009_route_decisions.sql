create table route_decisions (
    shard integer not null check (shard between 0 and 65535),
    log_offset bigint not null check (log_offset >= 0),
    record_id uuid not null,
    body_sha256 bytea not null check (octet_length(body_sha256) = 32),
    gate_id text collate "C" not null,
    code text collate "C" not null,
    recorded_at timestamptz not null,
    primary key (shard, log_offset)
);

comment on table route_decisions is
    'Where records of the router''s shard are going: written before they are appended there, gone with the outcome that says so.';
comment on column route_decisions.shard is 'Partition of the raw log: the router''s.';
comment on column route_decisions.log_offset is 'Offset in the shard of the raw log.';
comment on column route_decisions.record_id is 'Name of the raw record.';
comment on column route_decisions.body_sha256 is 'SHA-256 of the body.';
comment on column route_decisions.gate_id is 'Name of the gate.';
comment on column route_decisions.code is 'Stable code of how the gate was found.';
comment on column route_decisions.recorded_at is 'When the database stored it.';

create index route_decisions_by_record on route_decisions (record_id);
create index unrouted_by_record on unrouted (record_id);
