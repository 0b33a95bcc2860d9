-- Closes three races: two deliveries at once (one row, one winner), two takeovers of one expired lease (the second waits
-- for the first one's row and then finds it unexpired), and a late request (clock_timestamp() is the time at which the
-- row is ours; now() could be older than the wait for it). The token is drawn again under the row's lock, because one
-- that was drawn before the wait could be lower than that of the holder in between.
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
  and held.expires_at <= clock_timestamp()
  and held.fingerprint = excluded.fingerprint
returning token::text as token
