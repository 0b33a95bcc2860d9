-- Closes the gap between remembering for ever and forgetting too early: a few of the oldest rows of each table, and none that
-- is in use.
with old_batch as (
  delete from debounced_batch where ctid = any (array(
    select ctid from debounced_batch
    where debouncer = $1::text and committed_at < clock_timestamp() - $2::text::float8 * interval '1 millisecond'
    order by committed_at limit $3::text::int for update skip locked
  )) returning 1
),
old_conversation as (
  delete from debounced_conversation where ctid = any (array(
    select ctid from debounced_conversation
    where debouncer = $1::text and committed_at < clock_timestamp() - $2::text::float8 * interval '1 millisecond'
    order by committed_at limit $3::text::int for update skip locked
  )) returning 1
)
select ((select count(*) from old_batch) + (select count(*) from old_conversation))::text as deleted
