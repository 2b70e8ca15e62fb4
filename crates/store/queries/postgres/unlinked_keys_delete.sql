-- Takes away the keys of observations that change their place.
-- in:  $1 shard; $2 record ids and $3 indices, in pairs
delete from unlinked_keys u
using unnest($2::uuid[], $3::integer[]) w (record_id, observation_index)
join observations o on o.record_id = w.record_id and o.observation_index = w.observation_index
where o.shard = $1 and u.shard = o.shard and u.log_offset = o.log_offset
    and u.observation_index = o.observation_index;
