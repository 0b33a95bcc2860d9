-- One row a committed batch: its id is what "exactly once" rests on.
create table if not exists debounced_batch (
  debouncer text not null,
  batch_id text not null,
  conversation text not null,
  token bigint not null,
  committed_at timestamptz not null default clock_timestamp(),
  primary key (debouncer, batch_id)
);

-- One row a conversation: the highest token that committed, which is the fence.
create table if not exists debounced_conversation (
  debouncer text not null,
  conversation text not null,
  token bigint not null,
  committed_at timestamptz not null default clock_timestamp(),
  primary key (debouncer, conversation)
);

-- Pruning finds the oldest rows without reading the others.
create index if not exists debounced_batch_age on debounced_batch (debouncer, committed_at);
create index if not exists debounced_conversation_age on debounced_conversation (debouncer, committed_at);
