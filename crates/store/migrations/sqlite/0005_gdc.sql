-- What the poller of container lists keeps: who asks a service and how fast, and which declarations were asked about.

-- Customs services that are asked about declarations.
create table gdc_services (
    -- The address that is asked.
    url text not null primary key,
    -- The process that asks it; null when it was given up cleanly. There are no leases here.
    owner blob check (length(owner) = 16),
    -- Grows by one with every take-over; fences every write.
    owner_epoch integer not null check (owner_epoch >= 1),
    -- Failures in a row, whoever asked.
    failure_count integer not null check (failure_count >= 0),
    -- The earliest moment of the next request.
    next_at integer not null
) strict, without rowid;

-- Declarations that were asked about.
create table gdc_questions (
    -- The source that the answers come in under.
    source_id text not null,
    -- The first eleven digits of the declaration, on which declarations are linked.
    link_part text not null check (length(link_part) = 11),
    first_asked_at integer not null,
    asked_at integer not null,
    -- When the log had acknowledged the last answer.
    answered_at integer,
    -- From when on it is asked about again.
    due_at integer not null,
    -- When an answer let the goods pass; it is not asked about again.
    settled_at integer,
    primary key (source_id, link_part),
    check (settled_at is null or answered_at is not null)
) strict, without rowid;
