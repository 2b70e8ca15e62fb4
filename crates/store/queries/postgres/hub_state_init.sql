-- Sets a value unless there is one.
-- in:  $1 key; $2 value
insert into hub_state (key, value) values ($1, $2) on conflict (key) do nothing;
