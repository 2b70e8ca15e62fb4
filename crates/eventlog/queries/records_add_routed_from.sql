-- Brings a file of layout 2 to layout 3: a record may say where it was routed from. Records that are there were not routed.
alter table records add column routed_from text;
