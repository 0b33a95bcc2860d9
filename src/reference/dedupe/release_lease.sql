-- Closes the race with a takeover: only the newest token gives the lease back. It expires now, so the next delivery
-- need not wait for it; the row stays, so the next token is higher.
update webhook_event
set expires_at = clock_timestamp()
where provider = $1::text and event_id = $2::text and token = $3::bigint and status = 'leased'
returning event_id
