-- Closes the race with a takeover: only the newest token completes. No row means that the lease was lost. An expired
-- lease that nobody took over is completed all the same, for the work is done and nobody else has begun it.
update webhook_event
set status = 'done', expires_at = null
where provider = $1::text and event_id = $2::text and token = $3::bigint and status = 'leased'
returning event_id
