-- Closes no race with a takeover: the token is asked for and compared with nothing, so whoever says that the work is done
-- is believed.
update webhook_event
set status = 'done', expires_at = null
where provider = $1::text and event_id = $2::text and $3::bigint is not null and status = 'leased'
returning event_id
