-- Whether the shard is still ours.
-- in:  $1 shard; $2 epoch
-- out: one row when it is
select shard from progress where shard = $1 and owner_epoch = $2 and owner is not null;
