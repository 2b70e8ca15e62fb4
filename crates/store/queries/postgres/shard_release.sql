-- Gives the shard up cleanly.
-- in:  $1 shard; $2 epoch
update progress set owner = null, lease_until = null where shard = $1 and owner_epoch = $2;
