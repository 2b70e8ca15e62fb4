-- Crossings that readings may go on with however late, though something without a key has ended them.

-- Whether it is open, or ended by readings alone that a near plate or their lane joined: one with its key is looked for
-- here whenever it occurred.
alter table crossings add column is_open_by_keys integer not null default 0 check (is_open_by_keys in (0, 1));
