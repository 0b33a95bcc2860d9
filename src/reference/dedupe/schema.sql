-- One row an event, for ever unique by provider and id: this primary key is what every claim rests on.
-- A role with synchronous_commit = off would acknowledge events that a crash of the server forgets.
create table if not exists webhook_event (
  provider text not null,
  event_id text not null,
  fingerprint bytea not null,
  status text not null check (status in ('leased', 'done')),
  owner uuid,
  token bigint,
  expires_at timestamptz,
  received_at timestamptz not null default clock_timestamp(),
  primary key (provider, event_id),
  check (status = 'done' or (owner is not null and token is not null and expires_at is not null))
);

-- Fencing tokens rise over all events and all instances. A cache above 1 would hand them out of order.
create sequence if not exists webhook_event_token as bigint cache 1 no cycle;

-- Pruning finds the oldest rows without reading the others.
create index if not exists webhook_event_age on webhook_event (provider, received_at);
