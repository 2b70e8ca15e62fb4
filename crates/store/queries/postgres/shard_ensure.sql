-- Makes the shard's row when nobody ever took it.
-- in:  $1 shard
insert into progress (shard) values ($1) on conflict (shard) do nothing;
