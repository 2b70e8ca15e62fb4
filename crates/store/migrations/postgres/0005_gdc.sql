-- What the poller of container lists keeps: who asks a service and how fast, and which declarations were asked about.

create table gdc_services (
    url text collate "C" not null primary key,
    owner uuid,
    owner_epoch bigint not null check (owner_epoch >= 1),
    lease_until timestamptz,
    failure_count bigint not null check (failure_count >= 0),
    next_at timestamptz not null,
    check ((owner is null) = (lease_until is null))
);

comment on table gdc_services is 'Customs services that are asked about declarations.';
comment on column gdc_services.url is 'The address that is asked.';
comment on column gdc_services.owner is 'The process that asks it; null when it was given up cleanly.';
comment on column gdc_services.owner_epoch is 'Grows by one with every take-over; fences every write.';
comment on column gdc_services.lease_until is 'Until when, by the database clock.';
comment on column gdc_services.failure_count is 'Failures in a row, whoever asked.';
comment on column gdc_services.next_at is 'The earliest moment of the next request, by the database clock.';

create table gdc_questions (
    source_id text collate "C" not null,
    link_part text collate "C" not null check (length(link_part) = 11),
    first_asked_at timestamptz not null,
    asked_at timestamptz not null,
    answered_at timestamptz,
    due_at timestamptz not null,
    settled_at timestamptz,
    primary key (source_id, link_part),
    check (settled_at is null or answered_at is not null)
);

comment on table gdc_questions is 'Declarations that a customs service was asked about; times are the database clock''s.';
comment on column gdc_questions.source_id is 'The source that the answers come in under.';
comment on column gdc_questions.link_part is 'The first eleven digits of the declaration, on which declarations are linked.';
comment on column gdc_questions.first_asked_at is 'When it was asked about first.';
comment on column gdc_questions.asked_at is 'When it was asked about last.';
comment on column gdc_questions.answered_at is 'When the log had acknowledged the last answer.';
comment on column gdc_questions.due_at is 'From when on it is asked about again.';
comment on column gdc_questions.settled_at is 'When an answer let the goods pass; it is not asked about again.';
