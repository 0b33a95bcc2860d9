-- The good one's table without its primary key: any number of rows an event.
create table if not exists webhook_event (
  provider text not null,
  event_id text not null,
  fingerprint bytea not null,
  status text not null check (status in ('leased', 'done')),
  owner uuid,
  token bigint,
  expires_at timestamptz,
  received_at timestamptz not null default clock_timestamp(),
  check (status = 'done' or (owner is not null and token is not null and expires_at is not null))
);

-- As in the good one.
create sequence if not exists webhook_event_token as bigint cache 1 no cycle;

-- An index makes the question quick. It does not make the answer true.
create index if not exists webhook_event_known on webhook_event (provider, event_id);
