-- Closes the race for one row and gives a higher token, as the good one does. But whoever comes last is given the event,
-- however long the lease of the one before it still runs.
insert into webhook_event as held (provider, event_id, fingerprint, status, owner, token, expires_at)
values (
  $1::text, $2::text, decode($3::text, 'hex'), 'leased', $4::uuid, nextval('webhook_event_token'),
  clock_timestamp() + $5::float8 * interval '1 millisecond'
)
on conflict (provider, event_id) do update set
  owner = excluded.owner,
  token = nextval('webhook_event_token'),
  expires_at = clock_timestamp() + $5::float8 * interval '1 millisecond'
where held.status = 'leased'
  and held.fingerprint = excluded.fingerprint
returning token::text as token
