-- What the Kafka bridge keeps: where it stands in topics of other systems, and what of them did not come into the log.

-- Partitions of other systems' topics and how far the bridge has read each.
create table bridge_partitions (
    -- Kafka's name of the cluster.
    cluster_id text not null,
    -- The topic; with # and a number when it was made anew under its old name.
    topic text not null,
    partition integer not null check (partition between 0 and 65535),
    -- The process that reads it; null when it was given up cleanly. There are no leases here.
    owner blob check (length(owner) = 16),
    -- Grows by one with every take-over; fences every write.
    owner_epoch integer not null check (owner_epoch >= 1),
    -- The offset after the last one that is in the raw log or left out.
    next_offset integer not null check (next_offset >= 0),
    -- Hash of the message before next_offset; null before the first.
    last_sha256 blob check (length(last_sha256) = 32),
    -- When next_offset moved last.
    advanced_at integer not null,
    primary key (cluster_id, topic, partition)
) strict, without rowid;

-- Offsets of other systems' topics that did not come into the raw log, and why.
create table bridge_left_out (
    cluster_id text not null,
    topic text not null,
    partition integer not null,
    from_offset integer not null check (from_offset >= 0),
    -- The first offset after them.
    until_offset integer not null,
    -- Stable code of the reason.
    code text not null,
    -- The reason in words.
    detail text not null,
    -- Size and hash of the value; null for messages that were gone.
    body_bytes integer check (body_bytes >= 0),
    body_sha256 blob check (length(body_sha256) = 32),
    noted_at integer not null,
    primary key (cluster_id, topic, partition, from_offset),
    check (until_offset > from_offset)
) strict, without rowid;

create index bridge_left_out_newest on bridge_left_out (noted_at);
