-- Closes the gap between claim and effect: one statement is all or nothing, and the effect reads what the claim gave
-- back. The order by id keeps two batches with common events from waiting for each other.
with delivered as (
  select event_id, decode(fingerprint, 'hex') as fingerprint, decode(body, 'base64') as body
  from unnest($2::text[], $3::text[], $4::text[]) as event (event_id, fingerprint, body)
),
claimed as (
  insert into webhook_event (provider, event_id, fingerprint, status)
  select $1::text, event_id, fingerprint, 'done' from delivered order by event_id
  on conflict (provider, event_id) do nothing
  returning event_id
),
fresh as (
  select event_id, body from claimed join delivered using (event_id)
),
effect as (
  /*effect*/
)
select event_id from claimed
