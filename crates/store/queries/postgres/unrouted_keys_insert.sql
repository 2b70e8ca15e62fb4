-- Keeps the match keys of unrouted records.
-- in:  $1 shard; $2 kinds, $3 values and $4 offsets: one entry each per key
insert into unrouted_keys (kind, value, shard, log_offset)
select w.kind, w.value, $1, w.log_offset
from unnest($2::text[], $3::text[], $4::bigint[]) w (kind, value, log_offset)
on conflict do nothing;
