-- Closes the race of two deliveries at once, and no more: a row that is there is never claimed again, expired or not.
insert into webhook_event (provider, event_id, fingerprint, status, owner, token, expires_at)
values (
  $1::text, $2::text, decode($3::text, 'hex'), 'leased', $4::uuid, nextval('webhook_event_token'),
  clock_timestamp() + $5::float8 * interval '1 millisecond'
)
on conflict (provider, event_id) do nothing
returning token::text as token
