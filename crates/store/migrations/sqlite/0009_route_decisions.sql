-- Where records of the router's shard are going: written before the first copy is appended to the gate's shard, and gone with
-- the outcome that says that they are there.
create table route_decisions (
    shard integer not null check (shard between 0 and 65535),
    log_offset integer not null check (log_offset >= 0),
    record_id blob not null check (length(record_id) = 16),
    body_sha256 blob not null check (length(body_sha256) = 32),
    gate_id text not null,
    -- Stable code of how the gate was found.
    code text not null,
    recorded_at integer not null,
    primary key (shard, log_offset)
) strict, without rowid;

create index route_decisions_by_record on route_decisions (record_id);
create index unrouted_by_record on unrouted (record_id);
