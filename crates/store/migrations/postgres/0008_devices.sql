-- Devices that name themselves: by serial, by user name and password, or through a recorder that sends for them.

alter table sources add column recorder_id text collate "C";
alter table sources add column device_serial text collate "C" check (length(device_serial) between 4 and 64);

create index sources_by_device_serial on sources (device_serial) where device_serial is not null;

comment on column sources.recorder_id is 'Name of the recorder that may send records under the source.';
comment on column sources.device_serial is 'What the device calls itself in its messages: letters and digits in capitals.';

alter table tokens drop constraint tokens_role_check;
alter table tokens add constraint tokens_role_check
    check (role in ('source', 'recorder', 'partner', 'operator', 'analyst', 'administrator'));

comment on column tokens.subject is 'The source id, the recorder id, the partner id or the person''s name.';

create table logins (
    login_id uuid not null primary key,
    username text collate "C" not null,
    md5_ha1 bytea not null check (octet_length(md5_ha1) = 16),
    sha256_ha1 bytea not null check (octet_length(sha256_ha1) = 32),
    role text collate "C" not null check (role in ('source', 'recorder')),
    subject text collate "C" not null,
    created_at timestamptz not null,
    disabled_at timestamptz
);

create unique index logins_working on logins (username) where disabled_at is null;

comment on table logins is 'User names of devices, with what their passwords are checked by; the passwords themselves are never kept.';
comment on column logins.login_id is 'Public name of the login.';
comment on column logins.username is 'The user name; one login of a name works at a time.';
comment on column logins.md5_ha1 is 'RFC 7616, H(A1): hash of name, realm and password. Who has it can log in as the device.';
comment on column logins.sha256_ha1 is 'The same by SHA-256.';
comment on column logins.role is 'What it may do.';
comment on column logins.subject is 'The source id or the recorder id.';
comment on column logins.created_at is 'When it was made.';
comment on column logins.disabled_at is 'When it was disabled; null while it works.';
