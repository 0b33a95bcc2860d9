-- Closes the race of two deliveries at once: the index lets one of them in, makes the other wait until the first has
-- committed or rolled back, and then gives it no row (or the place). Naming the columns makes the statement fail, and
-- not succeed twice, if the constraint is ever dropped.
insert into webhook_event (provider, event_id, fingerprint, status)
values ($1::text, $2::text, decode($3::text, 'hex'), 'done')
on conflict (provider, event_id) do nothing
returning event_id
