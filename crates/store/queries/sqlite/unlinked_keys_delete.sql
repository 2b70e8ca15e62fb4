-- Takes away the keys of observations that change their place.
-- in:  $1 shard; $2 JSON array of [offset, index]
delete from unlinked_keys
where (shard, log_offset, observation_index) in (
    select $1, w.value ->> 0, w.value ->> 1 from json_each($2) w
);
