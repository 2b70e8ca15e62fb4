-- The next records of a shard: up to a number of records and a sum of body sizes, but always one.
-- in:  $1 shard; $2 first offset; $3 most records; $4 most body bytes
-- out: a row per record, by offset
with sized as (
    select "offset", sum(body_bytes) over (order by "offset" rows unbounded preceding) as sum_bytes
    from (
        select "offset", length(body) as body_bytes
        from records
        where shard = $1 and "offset" >= $2
        order by "offset"
        limit $3
    )
)
select
    "offset", record_id, source_id, source_version, gate_id, format, content_type, received_at, is_replay,
    traceparent, device_headers, redrive_of, detached, routed_from, body
from records
where shard = $1
    and "offset" >= $2
    and "offset" <= coalesce(
        (select max("offset") from sized where sum_bytes <= $4),
        (select min("offset") from sized)
    )
order by "offset";
