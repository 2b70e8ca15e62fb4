-- Gives the shard up cleanly.
-- in:  $1 shard; $2 epoch
update progress set owner = null where shard = $1 and owner_epoch = $2;
