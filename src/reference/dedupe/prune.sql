-- Closes the race of two instances that prune at once (each skips what the other has locked), and keeps each
-- transaction short. A live lease is kept, however old its event is.
with old as (
  select event_id from webhook_event
  where provider = $1::text
    and received_at < clock_timestamp() - $2::float8 * interval '1 millisecond'
    and (status = 'done' or expires_at < clock_timestamp())
  order by received_at
  limit $3::int
  for update skip locked
)
delete from webhook_event using old
where webhook_event.provider = $1::text and webhook_event.event_id = old.event_id
returning 1
