-- What a partner has acknowledged.
-- in:  $1 partner
-- out: shard, number; by shard
select shard, acknowledged_seq from partner_cursors where partner_id = $1 order by shard;
