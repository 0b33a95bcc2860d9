-- Closes three gaps at once, for one statement happens or does not. The fence: a conversation's row lets no holder through
-- who is older than one that has committed, and makes two holders wait for each other. The batch: its row lets the same batch
-- in once. The effect: it reads the messages from `fresh`, which is empty unless both let it through.
-- Naming the columns makes the statement fail, and not commit twice, if one of the constraints is ever dropped.
with passed as (
  insert into debounced_conversation as known (debouncer, conversation, token)
  values ($1::text, $2::text, $3::text::bigint)
  on conflict (debouncer, conversation) do update set token = excluded.token, committed_at = clock_timestamp()
  where known.token <= excluded.token
  returning conversation, token
),
committed as (
  insert into debounced_batch (debouncer, batch_id, conversation, token)
  select $1::text, $4::text, conversation, token from passed
  on conflict (debouncer, batch_id) do nothing
  returning batch_id, conversation, token
),
fresh as (
  select batch_id, conversation, token, position, message_id, decode(message.body, 'base64') as body
  from committed
  cross join json_to_recordset($5::text::json) as message (position int, message_id text, body text)
  order by position
),
effect as (
  /*effect*/
)
select
  exists (select from committed) as committed,
  exists (select from passed)
    or exists (select from debounced_batch where debouncer = $1::text and batch_id = $4::text) as known
