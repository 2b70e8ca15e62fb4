-- Takes away the keys of observations that change their place.
-- in:  $1 shard; $2 offsets and $3 indices, in pairs
delete from unlinked_keys u
using unnest($2::bigint[], $3::integer[]) w (log_offset, observation_index)
where u.shard = $1 and u.log_offset = w.log_offset and u.observation_index = w.observation_index;
