-- Decides nothing: the claim before it has already said "not new". It only says which kind of not new: done, or leased
-- and for how long yet. A new statement, because the claim's own snapshot may be older than the row it met.
select
  event_id,
  encode(fingerprint, 'hex') as fingerprint,
  status,
  greatest(0, ceil(1000 * extract(epoch from expires_at - clock_timestamp())))::float8 as lease_ms
from webhook_event
where provider = $1::text and event_id = any ($2::text[])
