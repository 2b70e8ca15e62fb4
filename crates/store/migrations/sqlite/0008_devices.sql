-- Devices that name themselves: by serial, by user name and password, or through a recorder that sends for them.

-- The recorder that may send records under the source.
alter table sources add column recorder_id text;
-- What the device calls itself in its messages: letters and digits in capitals.
alter table sources add column device_serial text check (length(device_serial) between 4 and 64);

create index sources_by_device_serial on sources (device_serial) where device_serial is not null;

-- SQLite cannot change a check: the table is made anew, with one more role.
create table tokens_with_recorders (
    token_id blob not null primary key check (length(token_id) = 16),
    token_sha256 blob not null unique check (length(token_sha256) = 32),
    role text not null check (role in ('source', 'recorder', 'partner', 'operator', 'analyst', 'administrator')),
    -- The source id, the recorder id, the partner id or the person's name.
    subject text not null,
    created_at integer not null,
    disabled_at integer
) strict, without rowid;

insert into tokens_with_recorders (token_id, token_sha256, role, subject, created_at, disabled_at)
select token_id, token_sha256, role, subject, created_at, disabled_at from tokens;

drop table tokens;

alter table tokens_with_recorders rename to tokens;

-- User names of devices, with what their passwords are checked by; the passwords themselves are never kept.
create table logins (
    login_id blob not null primary key check (length(login_id) = 16),
    username text not null,
    -- RFC 7616, H(A1): hash of name, realm and password. Who has it can log in as the device.
    md5_ha1 blob not null check (length(md5_ha1) = 16),
    sha256_ha1 blob not null check (length(sha256_ha1) = 32),
    role text not null check (role in ('source', 'recorder')),
    -- The source id or the recorder id.
    subject text not null,
    created_at integer not null,
    disabled_at integer
) strict, without rowid;

-- One password for a name at a time.
create unique index logins_working on logins (username) where disabled_at is null;
