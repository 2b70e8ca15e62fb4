-- Notes why records still wait.
-- in:  $1 shard; $2 offsets, $3 codes and $4 reasons in words: one entry each per record
update unrouted u
set code = w.code, detail = w.detail
from unnest($2::bigint[], $3::text[], $4::text[]) w (log_offset, code, detail)
where u.shard = $1 and u.log_offset = w.log_offset;
