-- Everything the hub keeps in its embedded database.
-- Times are integer microseconds since 1970-01-01T00:00:00Z; ids are 16-byte UUIDs; flags are 0 or 1.
-- Documents are JSON: the whole Observation or Crossing as the program's types write it.

-- Border gates: immutable versions, the highest holds.
create table gates (
    gate_id text not null,
    version integer not null check (version >= 1),
    name_en text not null,
    name_vi text not null,
    -- The shard that holds the gate's records; the same in every version.
    shard integer not null check (shard between 0 and 65535),
    -- JSON array of customs office and gate codes seen in messages.
    office_codes text not null check (json_type(office_codes) = 'array'),
    is_disabled integer not null check (is_disabled in (0, 1)),
    registered_at integer not null,
    primary key (gate_id, version)
) strict, without rowid;

-- Devices and feeds: immutable versions, the highest holds.
create table sources (
    source_id text not null,
    version integer not null check (version >= 1),
    format text not null,
    gate_id text not null,
    lane text,
    -- JSON object: the device's word for direction, and the milestone it means there.
    readings text not null check (json_type(readings) = 'object'),
    -- 0 sensor at the place, 1 agency or yard report, 2 customs message.
    rank integer not null check (rank between 0 and 255),
    -- IANA zone of times that carry none.
    zone text not null,
    -- Device clock minus true time.
    clock_offset_seconds integer not null,
    silent_after_seconds integer check (silent_after_seconds >= 0),
    is_replay integer not null check (is_replay in (0, 1)),
    partner_id text,
    is_disabled integer not null check (is_disabled in (0, 1)),
    registered_at integer not null,
    primary key (source_id, version)
) strict, without rowid;

-- Bearer tokens by the SHA-256 of their text, which itself is never kept.
create table tokens (
    token_id blob not null primary key check (length(token_id) = 16),
    token_sha256 blob not null unique check (length(token_sha256) = 32),
    role text not null check (role in ('source', 'partner', 'operator', 'analyst', 'administrator')),
    -- The source id, the partner id or the person's name.
    subject text not null,
    created_at integer not null,
    disabled_at integer
) strict, without rowid;

-- How far each shard of the log is processed, and who does it.
create table progress (
    shard integer not null primary key check (shard between 0 and 65535),
    owner blob check (length(owner) = 16),
    -- Grows with every take-over; fences every write.
    owner_epoch integer not null default 0 check (owner_epoch >= 0),
    -- The offset after the last one whose effects are stored.
    next_offset integer not null default 0 check (next_offset >= 0),
    last_record_id blob check (length(last_record_id) = 16),
    -- The greatest reception time so far: the only clock of linking.
    log_time integer,
    last_is_replay integer not null default 1 check (last_is_replay in (0, 1)),
    -- Number of the shard's last feed row.
    feed_seq integer not null default 0 check (feed_seq >= 0),
    -- Identity of the log the offsets belong to.
    log_id text not null default '',
    suspect_offset integer check (suspect_offset >= 0),
    suspect_count integer not null default 0 check (suspect_count >= 0)
) strict;

-- Visits of vehicles with their cargo, at their newest revision.
create table crossings (
    crossing_id blob not null primary key check (length(crossing_id) = 16),
    shard integer not null check (shard between 0 and 65535),
    gate_id text not null,
    revision integer not null check (revision >= 1),
    direction text not null check (direction in ('export', 'import', 'unknown')),
    channel text not null check (channel in ('none', 'green', 'yellow', 'red')),
    cargo text check (cargo in ('fruit', 'other', 'new_vehicle')),
    is_loaded integer check (is_loaded in (0, 1)),
    state text not null check (
        state in ('open', 'closed', 'close_missed', 'turned_back', 'expired', 'relieved', 'merged')
    ),
    entry_unknown integer not null check (entry_unknown in (0, 1)),
    -- The crossing this one became part of.
    merged_into blob check (length(merged_into) = 16),
    first_at integer not null,
    last_at integer not null,
    last_read_log_time integer not null,
    ended_at integer,
    -- Personal data.
    plate text,
    -- When it crossed the line in its direction (T1).
    crossed_at integer,
    -- When it entered (T3).
    entered_at integer,
    -- The time it is filed under (indicators.md, rule 7).
    filed_at integer,
    -- Milestones expected and present (Q1).
    expected_count integer not null check (expected_count >= 0),
    present_count integer not null check (present_count between 0 and expected_count),
    reading_count integer not null check (reading_count >= 0),
    -- The shard's log time when this revision was written.
    written_log_time integer not null,
    -- The crossing without its readings, which are in `observations`.
    document text not null check (json_valid(document)),
    recorded_at integer not null,
    check (first_at <= last_at),
    check (merged_into is null or state = 'merged')
) strict, without rowid;

create index crossings_by_page on crossings (first_at, crossing_id);
create index crossings_by_gate_last on crossings (gate_id, last_at);
create index crossings_by_filing on crossings (ifnull(filed_at, -9223372036854775808));
create index crossings_by_end on crossings (ifnull(ended_at, 9223372036854775807), entered_at) where entered_at is not null;
create index crossings_open on crossings (gate_id, entered_at) where state = 'open';
create index crossings_by_log_time on crossings (gate_id, last_read_log_time);
create index crossings_merged on crossings (gate_id, written_log_time) where state = 'merged';

-- Match keys by which readings find their crossing. Plates are personal data.
create table crossing_keys (
    gate_id text not null,
    kind text not null check (
        kind in ('trip', 'declaration', 'container', 'seal', 'tag', 'plate', 'plate_folded', 'trailer')
    ),
    value text not null,
    crossing_id blob not null references crossings (crossing_id),
    primary key (gate_id, kind, value, crossing_id)
) strict, without rowid;

create index crossing_keys_by_crossing on crossing_keys (crossing_id);
create index crossing_keys_by_value on crossing_keys (kind, value);

-- One reading each: what a record says.
create table observations (
    shard integer not null check (shard between 0 and 65535),
    log_offset integer not null check (log_offset >= 0),
    -- Which of the record's observations, from 0.
    observation_index integer not null check (observation_index between 0 and 65535),
    record_id blob not null check (length(record_id) = 16),
    gate_id text not null,
    source_id text not null,
    source_version integer not null check (source_version >= 0),
    -- The device's own or a derived event id; without one it is never a duplicate.
    event_id text,
    revision integer not null check (revision >= 0),
    -- The event of the same source that this one corrects.
    corrects text,
    milestone text,
    -- By the device's clock, corrected; nothing dates it when null.
    occurred_at integer,
    basis text not null check (basis in ('explicit', 'configured', 'corrected', 'received', 'undated')),
    -- By the hub's clock.
    received_at integer not null,
    -- occurred_at, else received_at.
    ordered_at integer not null,
    rank integer not null check (rank between 0 and 255),
    is_suspect integer not null check (is_suspect in (0, 1)),
    crossing_id blob references crossings (crossing_id),
    -- The key by which it was linked; null for the one that opened the crossing.
    link_kind text,
    link_value text,
    unlinked_reason text check (unlinked_reason in ('no_key', 'ambiguous', 'no_meaning')),
    -- Whether it carries at least one valid identifier (Q2).
    has_identifier integer not null check (has_identifier in (0, 1)),
    -- Reception minus the latest moment told (Q3), microseconds.
    latency_us integer,
    body_sha256 blob not null check (length(body_sha256) = 32),
    document text not null check (json_valid(document)),
    recorded_at integer not null,
    primary key (shard, log_offset, observation_index),
    check (unlinked_reason is null or crossing_id is null),
    check ((link_kind is null) = (link_value is null)),
    check ((occurred_at is null) = (basis = 'undated'))
) strict;

create unique index observations_ledger on observations (source_id, event_id, revision, observation_index)
where event_id is not null;
create index observations_by_correction on observations (source_id, corrects) where corrects is not null;
create index observations_by_record on observations (record_id, observation_index);
create index observations_by_crossing on observations (crossing_id) where crossing_id is not null;
create index observations_by_reception on observations (received_at, shard, log_offset, observation_index);
create index observations_by_source on observations (source_id, received_at);
create index observations_by_order on observations (ordered_at);
create index observations_unlinked on observations (received_at, shard, log_offset, observation_index)
where crossing_id is null;

-- Match keys of observations without a crossing. Plates are personal data.
create table unlinked_keys (
    gate_id text not null,
    kind text not null,
    value text not null,
    ordered_at integer not null,
    shard integer not null,
    log_offset integer not null,
    observation_index integer not null,
    primary key (gate_id, kind, value, ordered_at, shard, log_offset, observation_index),
    foreign key (shard, log_offset, observation_index) references observations (shard, log_offset, observation_index)
) strict, without rowid;

create index unlinked_keys_by_observation on unlinked_keys (shard, log_offset, observation_index);

-- What became of records that gave no observation.
create table outcomes (
    shard integer not null check (shard between 0 and 65535),
    log_offset integer not null check (log_offset >= 0),
    record_id blob not null check (length(record_id) = 16),
    source_id text not null,
    -- None for a tick.
    gate_id text,
    received_at integer not null,
    body_sha256 blob not null check (length(body_sha256) = 32),
    kind text not null check (kind in ('ignored', 'duplicate', 'quarantined', 'part', 'routed')),
    -- Stable code of the reason.
    code text not null,
    recorded_at integer not null,
    primary key (shard, log_offset)
) strict, without rowid;

create index outcomes_by_record on outcomes (record_id);
create index outcomes_by_source on outcomes (source_id, received_at);

-- Records that could not be read or contradict what is known.
create table quarantine (
    shard integer not null,
    log_offset integer not null,
    record_id blob not null check (length(record_id) = 16),
    source_id text not null,
    gate_id text,
    format text not null,
    received_at integer not null,
    code text not null,
    -- The reason in words; no personal data.
    detail text not null,
    redriven_at integer,
    recorded_at integer not null,
    primary key (shard, log_offset),
    foreign key (shard, log_offset) references outcomes (shard, log_offset)
) strict, without rowid;

create index quarantine_by_reception on quarantine (received_at);
create index quarantine_waiting on quarantine (received_at) where redriven_at is null;
create index quarantine_by_record on quarantine (record_id);

-- One segment of one crossing: a duration, or the reason why there is none.
create table facts (
    crossing_id blob not null references crossings (crossing_id),
    segment text not null check (segment in ('C1', 'C2', 'C3', 'C4', 'C6')),
    gate_id text not null,
    direction text not null check (direction in ('export', 'import', 'unknown')),
    channel text not null check (channel in ('none', 'green', 'yellow', 'red')),
    cargo text check (cargo in ('fruit', 'other', 'new_vehicle')),
    is_loaded integer check (is_loaded in (0, 1)),
    start_at integer,
    end_at integer,
    duration_us integer check (duration_us >= 0),
    -- Whether the ends lie up to 60 s the wrong way round and the duration was set to 0.
    is_skewed integer not null check (is_skewed in (0, 1)),
    exclusion text check (
        exclusion in ('turned_back', 'missing_start', 'open', 'missing_end', 'suspect', 'negative')
    ),
    -- The time it is filed under (indicators.md, rule 7).
    filed_at integer,
    primary key (crossing_id, segment),
    check ((exclusion is null) = (duration_us is not null))
) strict, without rowid;

create index facts_by_filing on facts (segment, ifnull(filed_at, -9223372036854775808));

-- Crossings at every revision, encoded for exchange; numbered per shard without gaps.
create table feed (
    shard integer not null check (shard between 0 and 65535),
    feed_seq integer not null check (feed_seq >= 1),
    gate_id text not null,
    crossing_id blob not null check (length(crossing_id) = 16),
    revision integer not null check (revision >= 1),
    -- Whether the crossing is gone.
    is_tombstone integer not null check (is_tombstone in (0, 1)),
    encoded blob not null,
    recorded_at integer not null,
    primary key (shard, feed_seq)
) strict;

-- Values of the hub as a whole, such as feed_epoch.
create table hub_state (
    key text not null primary key,
    value text not null
) strict, without rowid;

-- How far each partner has acknowledged each shard's feed.
create table partner_cursors (
    partner_id text not null,
    shard integer not null check (shard between 0 and 65535),
    acknowledged_seq integer not null check (acknowledged_seq >= 0),
    primary key (partner_id, shard)
) strict, without rowid;

-- Calls of SubmitRecords; pending while there is no answer.
create table submissions (
    partner_id text not null,
    request_id text not null,
    body_sha256 blob not null check (length(body_sha256) = 32),
    begun_at integer not null,
    answer blob,
    answered_at integer,
    primary key (partner_id, request_id),
    check ((answer is null) = (answered_at is null))
) strict, without rowid;

-- Who did what to what, and why; each row holds the hash of the one before.
create table audit (
    audit_seq integer not null primary key check (audit_seq >= 1),
    recorded_at integer not null,
    actor text not null,
    action text not null,
    -- A plate only as keyed HMAC.
    subject text not null,
    purpose text not null,
    previous_sha256 blob not null check (length(previous_sha256) = 32),
    sha256 blob not null check (length(sha256) = 32)
) strict;
