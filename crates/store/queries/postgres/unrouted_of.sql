-- Unrouted records whole: some by offset, and every part of some messages.
-- in:  $1 shard; $2 offsets; $3 source ids and $4 message keys, in pairs
-- out: offset, record id, source, format, code, detail, message key, envelope (JSON), body; by offset
select log_offset, record_id, source_id, format, code, detail, message_key, envelope::text, body
from unrouted
where shard = $1
    and (
        log_offset = any($2)
        or (source_id, message_key) in (
            select w.source_id, w.message_key from unnest($3::text[], $4::text[]) w (source_id, message_key)
        )
    )
order by log_offset;
