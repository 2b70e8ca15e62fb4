-- Kept parts of split messages: those of some messages, and those that are not waited for any longer.
-- in:  $1 shard; $2 JSON array of [source id, message key]; $3 log time, microseconds
-- out: offset, record id, source, gate, format, reception (microseconds), message key, number, whether last,
--      hash and bytes (null once joined), until when it waits (microseconds); by offset
select log_offset, record_id, source_id, gate_id, format, received_at, message_key, part_number, is_last,
    bytes_sha256, bytes, waits_until
from parts
where shard = $1 and (
    waits_until <= $3
    or (source_id, message_key) in (select w.value ->> 0, w.value ->> 1 from json_each($2) w)
)
order by log_offset;
