-- Takes over an expired lease as the good one does, under the row's lock and by the database's clock. But the token is the
-- same for all, so the late completer and the late effect are taken for those of the holder.
insert into webhook_event as held (provider, event_id, fingerprint, status, owner, token, expires_at)
values (
  $1::text, $2::text, decode($3::text, 'hex'), 'leased', $4::uuid, 0,
  clock_timestamp() + $5::float8 * interval '1 millisecond'
)
on conflict (provider, event_id) do update set
  owner = excluded.owner,
  token = 0,
  expires_at = clock_timestamp() + $5::float8 * interval '1 millisecond'
where held.status = 'leased'
  and held.expires_at <= clock_timestamp()
  and held.fingerprint = excluded.fingerprint
returning token::text as token
