-- Takes the shard when it is free or its lease has run out (DESIGN.md, "Taking a shard").
-- in:  $1 shard; $2 owner; $3 log id, kept only when the row has none
-- out: the row after the take, or none while another holds it
update progress
set owner = $2, owner_epoch = owner_epoch + 1, lease_until = clock_timestamp() + interval '8 s',
    log_id = case log_id when '' then $3 else log_id end
where shard = $1 and (owner is null or lease_until < clock_timestamp())
returning shard, owner, owner_epoch, next_offset, last_record_id, log_time, last_is_replay, feed_seq, log_id,
    suspect_offset, suspect_count;
