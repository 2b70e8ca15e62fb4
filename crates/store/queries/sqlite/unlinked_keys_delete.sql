-- Takes away the keys of observations that change their place.
-- in:  $1 shard; $2 JSON array of [record id in hex, index]
delete from unlinked_keys
where (shard, log_offset, observation_index) in (
    select o.shard, o.log_offset, o.observation_index
    from json_each($2) w
    cross join observations o on o.record_id = unhex(w.value ->> 0) and o.observation_index = w.value ->> 1
    where o.shard = $1
);
