-- Who reads what only one hub may read at a time, whatever kind of door it is.

create table door_leases (
    door text collate "C" not null primary key,
    owner uuid,
    owner_epoch bigint not null check (owner_epoch >= 1),
    lease_until timestamptz,
    check ((owner is null) = (lease_until is null))
);

comment on table door_leases is 'Doors that one hub has at a time: a partition of another system, a customs service.';
comment on column door_leases.door is 'Its kind and its name.';
comment on column door_leases.owner is 'The process that has it; null when it was given up cleanly.';
comment on column door_leases.owner_epoch is 'Grows by one with every take-over; fences every write.';
comment on column door_leases.lease_until is 'Until when, by the database clock.';

-- Hubs of the version before still hold their doors by these columns until they are stopped; meanwhile two may read
-- one partition, which brings the same records in under the same ids. A later migration drops them.
alter table bridge_partitions alter column owner_epoch set default 1;
alter table gdc_services alter column owner_epoch set default 1;

comment on column bridge_partitions.owner is 'Not used any more: see door_leases.';
comment on column bridge_partitions.owner_epoch is 'Not used any more: see door_leases.';
comment on column bridge_partitions.lease_until is 'Not used any more: see door_leases.';
comment on column gdc_services.owner is 'Not used any more: see door_leases.';
comment on column gdc_services.owner_epoch is 'Not used any more: see door_leases.';
comment on column gdc_services.lease_until is 'Not used any more: see door_leases.';
