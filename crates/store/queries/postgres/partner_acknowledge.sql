-- Moves a partner's acknowledgements forward, never back.
-- in:  $1 partner; $2 shards, each once, and $3 numbers, in pairs
insert into partner_cursors (partner_id, shard, acknowledged_seq)
select $1, shard, seq from unnest($2::integer[], $3::bigint[]) w (shard, seq)
on conflict (partner_id, shard) do update set acknowledged_seq = excluded.acknowledged_seq
where excluded.acknowledged_seq > partner_cursors.acknowledged_seq;
