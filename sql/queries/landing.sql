-- Landing: raw records, and the cursor that moves in the same transaction.

-- name: insert_records
-- Rows that are there already are redeliveries: nothing changes, with no time window.
insert into raw.record (source, external_id, group_key, content_hash, body, media_type, transport, received_at, occurred_at)
select source, external_id, group_key, content_hash, body, media_type, cast(transport as jsonb), received_at, occurred_at
from unnest(
    cast(:source as text[]), cast(:external_id as text[]), cast(:group_key as text[]), cast(:content_hash as bytea[]),
    cast(:body as bytea[]), cast(:media_type as text[]), cast(:transport as text[]),
    cast(:received_at as timestamptz[]), cast(:occurred_at as timestamptz[])
) as page (source, external_id, group_key, content_hash, body, media_type, transport, received_at, occurred_at)
on conflict on constraint record_delivered_once do nothing;

-- name: move_cursor
insert into ops.cursor (source, position, moved_at)
values (:source, cast(:position as jsonb), :now)
on conflict (source) do update set position = excluded.position, moved_at = excluded.moved_at;

-- name: cursor_position
select position from ops.cursor where source = :source;

-- name: hold_source
-- One puller per source at a time; a second one finds the door held and leaves.
select pg_try_advisory_lock(hashtextextended('leadfold ingest ' || :source, 0));

-- name: release_source
select pg_advisory_unlock(hashtextextended('leadfold ingest ' || :source, 0));

-- name: waiting_records
-- Deliveries that hold an id only and of which nothing else has landed.
select record_id, source, external_id, group_key, body, media_type, transport, received_at, occurred_at
from raw.record as waiting
where source = :source and transport ? 'waiting' and body is not null
  and not exists (
    select from raw.record as whole
    where whole.source = waiting.source and whole.group_key = waiting.group_key and not whole.transport ? 'waiting'
  )
order by record_id desc
limit :most;
