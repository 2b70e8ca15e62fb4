-- Writes down what did not come into the raw log.
-- in:  $1 cluster; $2 topic; $3 partition; $4 JSON array of [from offset, until offset, code, detail, bytes, hash in hex]
insert into bridge_left_out
    (cluster_id, topic, partition, from_offset, until_offset, code, detail, body_bytes, body_sha256, noted_at)
select $1, $2, $3, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, unhex(value ->> 5),
    cast(unixepoch('subsec') * 1000000 as integer)
from json_each($4) where true
on conflict (cluster_id, topic, partition, from_offset) do nothing;
