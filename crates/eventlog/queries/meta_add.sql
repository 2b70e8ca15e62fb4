-- States a fact about the file unless it is stated already.
-- in:  $1 key; $2 value
insert into meta (key, value) values ($1, $2) on conflict (key) do nothing;
