-- Makes a shard unless it is there.
-- in:  $1 shard
insert into shards (shard) values ($1) on conflict (shard) do nothing;
