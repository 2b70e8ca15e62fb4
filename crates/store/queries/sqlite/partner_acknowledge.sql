-- Moves a partner's acknowledgements forward, never back.
-- in:  $1 partner; $2 JSON array of [shard, number], each shard once
insert into partner_cursors (partner_id, shard, acknowledged_seq)
select $1, value ->> 0, value ->> 1 from json_each($2) where true
on conflict (partner_id, shard) do update set acknowledged_seq = excluded.acknowledged_seq
where excluded.acknowledged_seq > partner_cursors.acknowledged_seq;
