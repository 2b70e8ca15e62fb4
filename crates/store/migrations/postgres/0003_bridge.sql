-- What the Kafka bridge keeps: where it stands in topics of other systems, and what of them did not come into the log.

create table bridge_partitions (
    cluster_id text collate "C" not null,
    topic text collate "C" not null,
    partition integer not null check (partition between 0 and 65535),
    owner uuid,
    owner_epoch bigint not null check (owner_epoch >= 1),
    lease_until timestamptz,
    next_offset bigint not null check (next_offset >= 0),
    last_sha256 bytea check (octet_length(last_sha256) = 32),
    advanced_at timestamptz not null,
    primary key (cluster_id, topic, partition),
    check ((owner is null) = (lease_until is null))
);

comment on table bridge_partitions is 'Partitions of other systems'' topics and how far the bridge has read each.';
comment on column bridge_partitions.cluster_id is 'Kafka''s name of the cluster.';
comment on column bridge_partitions.topic is 'The topic; with # and a number when it was made anew under its old name.';
comment on column bridge_partitions.partition is 'Number of the partition.';
comment on column bridge_partitions.owner is 'The process that reads it; null when it was given up cleanly.';
comment on column bridge_partitions.owner_epoch is 'Grows by one with every take-over; fences every write.';
comment on column bridge_partitions.lease_until is 'Until when, by the database clock.';
comment on column bridge_partitions.next_offset is 'The offset after the last one that is in the raw log or left out.';
comment on column bridge_partitions.last_sha256 is 'Hash of the message before next_offset; null before the first.';
comment on column bridge_partitions.advanced_at is 'When next_offset moved last, by the database clock.';

create table bridge_left_out (
    cluster_id text collate "C" not null,
    topic text collate "C" not null,
    partition integer not null,
    from_offset bigint not null check (from_offset >= 0),
    until_offset bigint not null,
    code text collate "C" not null,
    detail text collate "C" not null,
    body_bytes bigint check (body_bytes >= 0),
    body_sha256 bytea check (octet_length(body_sha256) = 32),
    noted_at timestamptz not null,
    primary key (cluster_id, topic, partition, from_offset),
    check (until_offset > from_offset)
);

create index bridge_left_out_newest on bridge_left_out (noted_at);

comment on table bridge_left_out is 'Offsets of other systems'' topics that did not come into the raw log, and why.';
comment on column bridge_left_out.cluster_id is 'Kafka''s name of the cluster.';
comment on column bridge_left_out.topic is 'As in bridge_partitions.';
comment on column bridge_left_out.partition is 'Number of the partition.';
comment on column bridge_left_out.from_offset is 'The first offset left out.';
comment on column bridge_left_out.until_offset is 'The first offset after them.';
comment on column bridge_left_out.code is 'Stable code of the reason.';
comment on column bridge_left_out.detail is 'The reason in words.';
comment on column bridge_left_out.body_bytes is 'Size of the value; null for messages that were gone.';
comment on column bridge_left_out.body_sha256 is 'Hash of the value; null for messages that were gone.';
comment on column bridge_left_out.noted_at is 'When it was written down, by the database clock.';
