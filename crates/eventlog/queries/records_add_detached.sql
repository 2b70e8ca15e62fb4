-- Brings a file of layout 1 to layout 2: a record may name what was taken out of its body. Records that are there keep
-- theirs whole.
alter table records add column detached text;
