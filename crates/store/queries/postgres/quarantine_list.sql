-- Quarantined records, newest first.
-- in:  $1 source; $2 code; $3 record id; $4 whether also those redriven; $5 limit; null holds for all
-- out: shard, offset, record id, source, gate, format, reception, code, detail, redriven
select shard, log_offset, record_id, source_id, gate_id, format, received_at, code, detail, redriven_at
from quarantine
where ($1::text is null or source_id = $1)
    and ($2::text is null or code = $2)
    and ($3::uuid is null or record_id = $3)
    and ($4 or redriven_at is null)
order by received_at desc, shard desc, log_offset desc
limit $5;
