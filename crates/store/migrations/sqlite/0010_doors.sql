-- Who reads what only one reader may read at a time, whatever kind of door it is.

-- Doors that one reader has at a time: a partition of another system, a customs service.
create table door_leases (
    -- Its kind and its name.
    door text not null primary key,
    -- The process that has it; null when it was given up cleanly. There are no leases here.
    owner blob check (length(owner) = 16),
    -- Grows by one with every take-over; fences every write.
    owner_epoch integer not null check (owner_epoch >= 1)
) strict, without rowid;

alter table bridge_partitions drop column owner;
alter table bridge_partitions drop column owner_epoch;
alter table gdc_services drop column owner;
alter table gdc_services drop column owner_epoch;
