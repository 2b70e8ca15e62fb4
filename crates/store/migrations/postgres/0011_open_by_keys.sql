-- Crossings that readings may go on with however late, though something without a key has ended them.

alter table crossings add column is_open_by_keys boolean not null default false;

comment on column crossings.is_open_by_keys is 'Whether it is open, or ended by readings alone that a near plate or their lane joined: one with its key is looked for here whenever it occurred.';
