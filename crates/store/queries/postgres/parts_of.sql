-- Kept parts of split messages: those of some messages, and those that are not waited for any longer.
-- in:  $1 shard; $2 source ids and $3 message keys, in pairs; $4 log time
-- out: offset, record id, source, gate, format, reception, message key, number, whether last, hash and bytes (null
--      once joined), until when it waits; by offset
select log_offset, record_id, source_id, gate_id, format, received_at, message_key, part_number, is_last,
    bytes_sha256, bytes, waits_until
from parts
where shard = $1 and (
    waits_until <= $4
    or (source_id, message_key) in (
        select w.source_id, w.message_key from unnest($2::text[], $3::text[]) w (source_id, message_key)
    )
)
order by log_offset;
