-- Closes the gap that no claim can see: without exactly this index, and this sequence, nothing here holds. Deferrable,
-- partial, invalid, wider and narrower indexes do not count; nor do columns that may be null.
with wanted as (
  select to_regclass('webhook_event') as event, to_regclass('webhook_event_token') as token
)
select
  event is not null as table_exists,
  exists (
    select from pg_index as i
    where i.indrelid = event
      and i.indisunique and i.indisvalid and i.indisready and i.indimmediate
      and i.indpred is null and i.indexprs is null and i.indnkeyatts = 2
      and 2 = (
        select count(*) from pg_attribute as a
        where a.attrelid = event and a.attname in ('provider', 'event_id') and a.attnotnull
          and a.attnum = any ((i.indkey::int2[])[0:1])
      )
  ) as constraint_exists,
  exists (
    select from pg_sequence as s
    where s.seqrelid = token and s.seqincrement > 0 and s.seqcache = 1 and not s.seqcycle
  ) as sequence_exists
from wanted
