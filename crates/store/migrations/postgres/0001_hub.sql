-- Everything the hub keeps in PostgreSQL; the same tables as in the embedded database.
-- Names in columns are compared byte by byte (collation "C"), so that both databases sort alike.

create table gates (
    gate_id text collate "C" not null,
    version bigint not null check (version >= 1),
    name_en text collate "C" not null,
    name_vi text collate "C" not null,
    shard integer not null check (shard between 0 and 65535),
    office_codes jsonb not null check (jsonb_typeof(office_codes) = 'array'),
    is_disabled boolean not null,
    registered_at timestamptz not null,
    primary key (gate_id, version)
);

comment on table gates is 'Border gates: immutable versions, the highest holds.';
comment on column gates.gate_id is 'Name of the gate.';
comment on column gates.version is '1 for the first registration, one more for each change.';
comment on column gates.name_en is 'Name in English.';
comment on column gates.name_vi is 'Name in Vietnamese.';
comment on column gates.shard is 'The shard that holds the gate''s records; the same in every version.';
comment on column gates.office_codes is 'JSON array of customs office and gate codes seen in messages.';
comment on column gates.is_disabled is 'Whether it takes no more records.';
comment on column gates.registered_at is 'When this version was registered, by the database clock.';

create table sources (
    source_id text collate "C" not null,
    version bigint not null check (version >= 1),
    format text collate "C" not null,
    gate_id text collate "C" not null,
    lane text collate "C",
    readings jsonb not null check (jsonb_typeof(readings) = 'object'),
    rank integer not null check (rank between 0 and 255),
    zone text collate "C" not null,
    clock_offset_seconds bigint not null,
    silent_after_seconds bigint check (silent_after_seconds >= 0),
    is_replay boolean not null,
    partner_id text collate "C",
    is_disabled boolean not null,
    registered_at timestamptz not null,
    primary key (source_id, version)
);

comment on table sources is 'Devices and feeds: immutable versions, the highest holds.';
comment on column sources.source_id is 'Name of the source.';
comment on column sources.version is '1 for the first registration, one more for each change.';
comment on column sources.format is 'Name of the format it is read as.';
comment on column sources.gate_id is 'Name of the gate.';
comment on column sources.lane is 'The lane it watches.';
comment on column sources.readings is 'JSON object: the device''s word for direction, and the milestone it means there.';
comment on column sources.rank is '0 sensor at the place, 1 agency or yard report, 2 customs message.';
comment on column sources.zone is 'IANA zone of times that carry none.';
comment on column sources.clock_offset_seconds is 'Device clock minus true time.';
comment on column sources.silent_after_seconds is 'After how many seconds without a record it counts as silent; null: never.';
comment on column sources.is_replay is 'Whether it may say when its records were received.';
comment on column sources.partner_id is 'Name of the LGSP partner.';
comment on column sources.is_disabled is 'Whether it takes no more records.';
comment on column sources.registered_at is 'When this version was registered, by the database clock.';

create table tokens (
    token_id uuid not null primary key,
    token_sha256 bytea not null unique check (octet_length(token_sha256) = 32),
    role text collate "C" not null check (role in ('source', 'partner', 'operator', 'analyst', 'administrator')),
    subject text collate "C" not null,
    created_at timestamptz not null,
    disabled_at timestamptz
);

comment on table tokens is 'Bearer tokens by the SHA-256 of their text, which itself is never kept.';
comment on column tokens.token_id is 'Public name of the token.';
comment on column tokens.token_sha256 is 'SHA-256 of the token.';
comment on column tokens.role is 'What it may do.';
comment on column tokens.subject is 'The source id, the partner id or the person''s name.';
comment on column tokens.created_at is 'When it was made.';
comment on column tokens.disabled_at is 'When it was disabled; null while it works.';

create table progress (
    shard integer not null primary key check (shard between 0 and 65535),
    owner uuid,
    owner_epoch bigint not null default 0 check (owner_epoch >= 0),
    lease_until timestamptz,
    next_offset bigint not null default 0 check (next_offset >= 0),
    last_record_id uuid,
    log_time timestamptz,
    last_is_replay boolean not null default true,
    feed_seq bigint not null default 0 check (feed_seq >= 0),
    log_id text collate "C" not null default '',
    suspect_offset bigint check (suspect_offset >= 0),
    suspect_count integer not null default 0 check (suspect_count >= 0)
);

comment on table progress is 'How far each shard of the log is processed, and who does it.';
comment on column progress.shard is 'Partition of the raw log.';
comment on column progress.owner is 'The process that holds the shard; null when given up cleanly.';
comment on column progress.owner_epoch is 'Grows with every take-over; fences every write.';
comment on column progress.lease_until is 'Until when the shard is the owner''s, by the database clock.';
comment on column progress.next_offset is 'The offset after the last one whose effects are stored.';
comment on column progress.last_record_id is 'The record before next_offset.';
comment on column progress.log_time is 'The greatest reception time so far: the only clock of linking.';
comment on column progress.last_is_replay is 'Whether the last record came from a replay source.';
comment on column progress.feed_seq is 'Number of the shard''s last feed row.';
comment on column progress.log_id is 'Identity of the log the offsets belong to.';
comment on column progress.suspect_offset is 'The offset being tried alone after an unclean take-over.';
comment on column progress.suspect_count is 'How often it was begun.';

create table crossings (
    crossing_id uuid not null primary key,
    shard integer not null check (shard between 0 and 65535),
    gate_id text collate "C" not null,
    revision bigint not null check (revision >= 1),
    direction text collate "C" not null check (direction in ('export', 'import', 'unknown')),
    channel text collate "C" not null check (channel in ('none', 'green', 'yellow', 'red')),
    cargo text collate "C" check (cargo in ('fruit', 'other', 'new_vehicle')),
    is_loaded boolean,
    state text collate "C" not null check (
        state in ('open', 'closed', 'close_missed', 'turned_back', 'expired', 'relieved', 'merged')
    ),
    entry_unknown boolean not null,
    merged_into uuid,
    first_at timestamptz not null,
    last_at timestamptz not null,
    last_read_log_time timestamptz not null,
    ended_at timestamptz,
    plate text collate "C",
    crossed_at timestamptz,
    entered_at timestamptz,
    filed_at timestamptz,
    expected_count bigint not null check (expected_count >= 0),
    present_count bigint not null check (present_count between 0 and expected_count),
    reading_count bigint not null check (reading_count >= 0),
    written_log_time timestamptz not null,
    document jsonb not null,
    recorded_at timestamptz not null,
    check (first_at <= last_at),
    check (merged_into is null or state = 'merged')
);

comment on table crossings is 'Visits of vehicles with their cargo, at their newest revision.';
comment on column crossings.crossing_id is 'Name of the crossing.';
comment on column crossings.shard is 'Partition of the raw log.';
comment on column crossings.gate_id is 'Name of the gate.';
comment on column crossings.revision is '1 or more for crossings, 0 or more for observations; the highest holds.';
comment on column crossings.direction is 'Which way, seen from Viet Nam.';
comment on column crossings.channel is 'Customs channel, the severest of its declarations.';
comment on column crossings.cargo is 'Cargo class; null when no report tells.';
comment on column crossings.is_loaded is 'Loaded or empty; null when no report tells.';
comment on column crossings.state is 'State of the crossing.';
comment on column crossings.entry_unknown is 'Whether its first reading is one that only follows an entry.';
comment on column crossings.merged_into is 'The crossing this one became part of.';
comment on column crossings.first_at is 'Time of its earliest reading.';
comment on column crossings.last_at is 'Time of its latest reading.';
comment on column crossings.last_read_log_time is 'Log time when its latest reading was received; expiry counts from here.';
comment on column crossings.ended_at is 'When it ended; null while open.';
comment on column crossings.plate is 'Personal data.';
comment on column crossings.crossed_at is 'When it crossed the line in its direction (T1).';
comment on column crossings.entered_at is 'When it entered (T3).';
comment on column crossings.filed_at is 'The time it is filed under (indicators.md, rule 7).';
comment on column crossings.expected_count is 'Milestones expected and present (Q1).';
comment on column crossings.present_count is 'Expected milestones present (Q1).';
comment on column crossings.reading_count is 'How many readings it has.';
comment on column crossings.written_log_time is 'The shard''s log time when this revision was written.';
comment on column crossings.document is 'The crossing without its readings, which are in `observations`.';
comment on column crossings.recorded_at is 'When the database stored it.';

create index crossings_by_page on crossings (first_at, crossing_id);
create index crossings_by_gate_page on crossings (gate_id, first_at, crossing_id);
create index crossings_by_gate_last on crossings (gate_id, last_at);
create index crossings_by_filing on crossings (filed_at);
create index crossings_by_end on crossings (coalesce(ended_at, 'infinity'), entered_at) where entered_at is not null;
create index crossings_open on crossings (gate_id, entered_at) where state = 'open';
create index crossings_by_log_time on crossings (gate_id, last_read_log_time);
create index crossings_merged on crossings (gate_id, written_log_time) where state = 'merged';

create table crossing_keys (
    gate_id text collate "C" not null,
    kind text collate "C" not null check (
        kind in ('trip', 'declaration', 'container', 'seal', 'tag', 'plate', 'plate_folded', 'trailer')
    ),
    value text collate "C" not null,
    crossing_id uuid not null references crossings (crossing_id),
    primary key (gate_id, kind, value, crossing_id)
);

comment on table crossing_keys is 'Match keys by which readings find their crossing. Plates are personal data.';
comment on column crossing_keys.gate_id is 'Name of the gate.';
comment on column crossing_keys.kind is 'What the value names.';
comment on column crossing_keys.value is 'The identifier in its match form; plates are personal data.';
comment on column crossing_keys.crossing_id is 'Name of the crossing.';

create index crossing_keys_by_crossing on crossing_keys (crossing_id);
create index crossing_keys_by_value on crossing_keys (kind, value);

create table observations (
    shard integer not null check (shard between 0 and 65535),
    log_offset bigint not null check (log_offset >= 0),
    observation_index integer not null check (observation_index between 0 and 65535),
    record_id uuid not null,
    gate_id text collate "C" not null,
    source_id text collate "C" not null,
    source_version bigint not null check (source_version >= 0),
    event_id text collate "C",
    revision bigint not null check (revision >= 0),
    corrects text collate "C",
    milestone text collate "C",
    occurred_at timestamptz,
    basis text collate "C" not null check (basis in ('explicit', 'configured', 'corrected', 'received', 'undated')),
    received_at timestamptz not null,
    ordered_at timestamptz not null,
    rank integer not null check (rank between 0 and 255),
    is_suspect boolean not null,
    crossing_id uuid references crossings (crossing_id),
    link_kind text collate "C",
    link_value text collate "C",
    unlinked_reason text collate "C" check (unlinked_reason in ('no_key', 'ambiguous', 'no_meaning')),
    has_identifier boolean not null,
    latency_us bigint,
    body_sha256 bytea not null check (octet_length(body_sha256) = 32),
    document jsonb not null,
    recorded_at timestamptz not null,
    primary key (shard, log_offset, observation_index),
    check (unlinked_reason is null or crossing_id is null),
    check ((link_kind is null) = (link_value is null)),
    check ((occurred_at is null) = (basis = 'undated'))
);

comment on table observations is 'One reading each: what a record says.';
comment on column observations.shard is 'Partition of the raw log.';
comment on column observations.log_offset is 'Offset in the shard of the raw log.';
comment on column observations.observation_index is 'Which of the record''s observations, from 0.';
comment on column observations.record_id is 'Name of the raw record.';
comment on column observations.gate_id is 'Name of the gate.';
comment on column observations.source_id is 'Name of the source.';
comment on column observations.source_version is 'The registration version it was read with.';
comment on column observations.event_id is 'The device''s own or a derived event id; without one it is never a duplicate.';
comment on column observations.revision is '1 or more for crossings, 0 or more for observations; the highest holds.';
comment on column observations.corrects is 'The event of the same source that this one corrects.';
comment on column observations.milestone is 'What happened; null when the registration gives it no meaning.';
comment on column observations.occurred_at is 'By the device''s clock, corrected; nothing dates it when null.';
comment on column observations.basis is 'How occurred_at was found.';
comment on column observations.received_at is 'By the hub''s clock.';
comment on column observations.ordered_at is 'occurred_at, else received_at.';
comment on column observations.rank is '0 sensor at the place, 1 agency or yard report, 2 customs message.';
comment on column observations.is_suspect is 'Whether the device clock cannot be believed.';
comment on column observations.crossing_id is 'Its crossing; null for an unlinked one.';
comment on column observations.link_kind is 'The key by which it was linked; null for the one that opened the crossing.';
comment on column observations.link_value is 'Value of the key by which it was linked; plates are personal data.';
comment on column observations.unlinked_reason is 'Why it is in no crossing.';
comment on column observations.has_identifier is 'Whether it carries at least one valid identifier (Q2).';
comment on column observations.latency_us is 'Reception minus the latest moment told (Q3), microseconds.';
comment on column observations.body_sha256 is 'SHA-256 of the body.';
comment on column observations.document is 'The whole as JSON.';
comment on column observations.recorded_at is 'When the database stored it.';

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

create table unlinked_keys (
    gate_id text collate "C" not null,
    kind text collate "C" not null,
    value text collate "C" not null,
    ordered_at timestamptz not null,
    shard integer not null,
    log_offset bigint not null,
    observation_index integer not null,
    primary key (gate_id, kind, value, ordered_at, shard, log_offset, observation_index),
    foreign key (shard, log_offset, observation_index) references observations (shard, log_offset, observation_index)
);

comment on table unlinked_keys is 'Match keys of observations without a crossing. Plates are personal data.';
comment on column unlinked_keys.gate_id is 'Name of the gate.';
comment on column unlinked_keys.kind is 'What the value names.';
comment on column unlinked_keys.value is 'The identifier in its match form; plates are personal data.';
comment on column unlinked_keys.ordered_at is 'occurred_at, else received_at.';
comment on column unlinked_keys.shard is 'Partition of the raw log.';
comment on column unlinked_keys.log_offset is 'Offset in the shard of the raw log.';
comment on column unlinked_keys.observation_index is 'Which of the record''s observations, from 0.';

create index unlinked_keys_by_observation on unlinked_keys (shard, log_offset, observation_index);

create table outcomes (
    shard integer not null check (shard between 0 and 65535),
    log_offset bigint not null check (log_offset >= 0),
    record_id uuid not null,
    source_id text collate "C" not null,
    gate_id text collate "C",
    received_at timestamptz not null,
    body_sha256 bytea not null check (octet_length(body_sha256) = 32),
    kind text collate "C" not null check (kind in ('ignored', 'duplicate', 'quarantined', 'part', 'routed')),
    code text collate "C" not null,
    recorded_at timestamptz not null,
    primary key (shard, log_offset)
);

comment on table outcomes is 'What became of records that gave no observation.';
comment on column outcomes.shard is 'Partition of the raw log.';
comment on column outcomes.log_offset is 'Offset in the shard of the raw log.';
comment on column outcomes.record_id is 'Name of the raw record.';
comment on column outcomes.source_id is 'Name of the source.';
comment on column outcomes.gate_id is 'None for a tick.';
comment on column outcomes.received_at is 'When the hub received it, by the hub clock.';
comment on column outcomes.body_sha256 is 'SHA-256 of the body.';
comment on column outcomes.kind is 'What became of the record.';
comment on column outcomes.code is 'Stable code of the reason.';
comment on column outcomes.recorded_at is 'When the database stored it.';

create index outcomes_by_record on outcomes (record_id);
create index outcomes_by_source on outcomes (source_id, received_at);

create table quarantine (
    shard integer not null,
    log_offset bigint not null,
    record_id uuid not null,
    source_id text collate "C" not null,
    gate_id text collate "C",
    format text collate "C" not null,
    received_at timestamptz not null,
    code text collate "C" not null,
    detail text collate "C" not null,
    redriven_at timestamptz,
    recorded_at timestamptz not null,
    primary key (shard, log_offset),
    foreign key (shard, log_offset) references outcomes (shard, log_offset)
);

comment on table quarantine is 'Records that could not be read or contradict what is known.';
comment on column quarantine.shard is 'Partition of the raw log.';
comment on column quarantine.log_offset is 'Offset in the shard of the raw log.';
comment on column quarantine.record_id is 'Name of the raw record.';
comment on column quarantine.source_id is 'Name of the source.';
comment on column quarantine.gate_id is 'Name of the gate.';
comment on column quarantine.format is 'Name of the format it is read as.';
comment on column quarantine.received_at is 'When the hub received it, by the hub clock.';
comment on column quarantine.code is 'Stable code of the reason.';
comment on column quarantine.detail is 'The reason in words; no personal data.';
comment on column quarantine.redriven_at is 'When it was appended again; null when not.';
comment on column quarantine.recorded_at is 'When the database stored it.';

create index quarantine_by_reception on quarantine (received_at);
create index quarantine_waiting on quarantine (received_at) where redriven_at is null;
create index quarantine_by_record on quarantine (record_id);

create table facts (
    crossing_id uuid not null references crossings (crossing_id),
    segment text collate "C" not null check (segment in ('C1', 'C2', 'C3', 'C4', 'C6')),
    gate_id text collate "C" not null,
    direction text collate "C" not null check (direction in ('export', 'import', 'unknown')),
    channel text collate "C" not null check (channel in ('none', 'green', 'yellow', 'red')),
    cargo text collate "C" check (cargo in ('fruit', 'other', 'new_vehicle')),
    is_loaded boolean,
    start_at timestamptz,
    end_at timestamptz,
    duration_us bigint check (duration_us >= 0),
    is_skewed boolean not null,
    exclusion text collate "C" check (
        exclusion in ('turned_back', 'missing_start', 'open', 'missing_end', 'suspect', 'negative')
    ),
    filed_at timestamptz,
    primary key (crossing_id, segment),
    check ((exclusion is null) = (duration_us is not null))
);

comment on table facts is 'One segment of one crossing: a duration, or the reason why there is none.';
comment on column facts.crossing_id is 'Name of the crossing.';
comment on column facts.segment is 'The interval measured (indicators.md).';
comment on column facts.gate_id is 'Name of the gate.';
comment on column facts.direction is 'Which way, seen from Viet Nam.';
comment on column facts.channel is 'Customs channel, the severest of its declarations.';
comment on column facts.cargo is 'Cargo class; null when no report tells.';
comment on column facts.is_loaded is 'Loaded or empty; null when no report tells.';
comment on column facts.start_at is 'When it began, believed or not.';
comment on column facts.end_at is 'When it ended, believed or not.';
comment on column facts.duration_us is 'Duration in microseconds; null exactly when excluded.';
comment on column facts.is_skewed is 'Whether the ends lie up to 60 s the wrong way round and the duration was set to 0.';
comment on column facts.exclusion is 'Why there is no duration.';
comment on column facts.filed_at is 'The time it is filed under (indicators.md, rule 7).';

create index facts_by_filing on facts (segment, filed_at);

create table feed (
    shard integer not null check (shard between 0 and 65535),
    feed_seq bigint not null check (feed_seq >= 1),
    gate_id text collate "C" not null,
    crossing_id uuid not null,
    revision bigint not null check (revision >= 1),
    is_tombstone boolean not null,
    encoded bytea not null,
    recorded_at timestamptz not null,
    primary key (shard, feed_seq)
);

comment on table feed is 'Crossings at every revision, encoded for exchange; numbered per shard without gaps.';
comment on column feed.shard is 'Partition of the raw log.';
comment on column feed.feed_seq is 'Number in the shard''s feed, from 1 without gaps.';
comment on column feed.gate_id is 'Name of the gate.';
comment on column feed.crossing_id is 'Name of the crossing.';
comment on column feed.revision is '1 or more for crossings, 0 or more for observations; the highest holds.';
comment on column feed.is_tombstone is 'Whether the crossing is gone.';
comment on column feed.encoded is 'The record as every reader gets it.';
comment on column feed.recorded_at is 'When the database stored it.';

create table hub_state (
    key text collate "C" not null primary key,
    value text collate "C" not null
);

comment on table hub_state is 'Values of the hub as a whole, such as feed_epoch.';
comment on column hub_state.key is 'Name.';
comment on column hub_state.value is 'Its value.';

create table partner_cursors (
    partner_id text collate "C" not null,
    shard integer not null check (shard between 0 and 65535),
    acknowledged_seq bigint not null check (acknowledged_seq >= 0),
    primary key (partner_id, shard)
);

comment on table partner_cursors is 'How far each partner has acknowledged each shard''s feed.';
comment on column partner_cursors.partner_id is 'Name of the LGSP partner.';
comment on column partner_cursors.shard is 'Partition of the raw log.';
comment on column partner_cursors.acknowledged_seq is 'Number of the last acknowledged feed row.';

create table submissions (
    partner_id text collate "C" not null,
    request_id text collate "C" not null,
    body_sha256 bytea not null check (octet_length(body_sha256) = 32),
    begun_at timestamptz not null,
    answer bytea,
    answered_at timestamptz,
    primary key (partner_id, request_id),
    check ((answer is null) = (answered_at is null))
);

comment on table submissions is 'Calls of SubmitRecords; pending while there is no answer.';
comment on column submissions.partner_id is 'Name of the LGSP partner.';
comment on column submissions.request_id is 'The partner''s name for the call.';
comment on column submissions.body_sha256 is 'SHA-256 of the body.';
comment on column submissions.begun_at is 'When it was last begun.';
comment on column submissions.answer is 'The stored answer; null while pending.';
comment on column submissions.answered_at is 'When it was answered.';

create table audit (
    audit_seq bigint not null primary key check (audit_seq >= 1),
    recorded_at timestamptz not null,
    actor text collate "C" not null,
    action text collate "C" not null,
    subject text collate "C" not null,
    purpose text collate "C" not null,
    previous_sha256 bytea not null check (octet_length(previous_sha256) = 32),
    sha256 bytea not null check (octet_length(sha256) = 32)
);

comment on table audit is 'Who did what to what, and why; each row holds the hash of the one before.';
comment on column audit.audit_seq is 'Number, from 1 without gaps.';
comment on column audit.recorded_at is 'When the database stored it.';
comment on column audit.actor is 'Role and subject of who did it.';
comment on column audit.action is 'What was done.';
comment on column audit.subject is 'A plate only as keyed HMAC.';
comment on column audit.purpose is 'Why, as the actor said.';
comment on column audit.previous_sha256 is 'Hash of the row before; zeros for the first.';
comment on column audit.sha256 is 'SHA-256 over the previous hash and this row.';

-- Milestones by crossing, one row each: the moment that stands and the reading it is from.
create view crossing_milestones as
select c.crossing_id, c.gate_id, m.key as milestone, (m.value ->> 'at')::timestamptz as occurred_at,
    (m.value ->> 'is_suspect')::boolean as is_suspect,
    (m.value -> 'reading' ->> 'record_id')::uuid as record_id,
    (m.value -> 'reading' ->> 'index')::integer as observation_index
from crossings c
cross join lateral jsonb_each(c.document -> 'milestones') m;

comment on view crossing_milestones is
    'Milestones by crossing, one row each: the moment that stands and the reading it is from.';
comment on column crossing_milestones.crossing_id is 'Name of the crossing.';
comment on column crossing_milestones.gate_id is 'Name of the gate.';
comment on column crossing_milestones.milestone is 'What happened.';
comment on column crossing_milestones.occurred_at is 'The moment that stands for the milestone.';
comment on column crossing_milestones.is_suspect is 'Whether that moment is doubted.';
comment on column crossing_milestones.record_id is 'The raw record of the reading that stands.';
comment on column crossing_milestones.observation_index is 'Which of that record''s observations, from 0.';

-- Made before the first migration, to say which were run.
comment on table schema_versions is 'Migrations already run.';
comment on column schema_versions.version is 'Number of the migration, from 1.';
comment on column schema_versions.name is 'Its name.';
comment on column schema_versions.applied_at is 'When it was run, by the database clock.';
