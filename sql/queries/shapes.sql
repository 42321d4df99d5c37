-- What records of each source look like: their fields' names and kinds, and changes of them.

-- name: lock_shapes
-- One watcher at a time.
select pg_advisory_xact_lock(hashtextextended('leadfold shapes', 0));

-- name: new_records
-- The newest records of each source behind those that were looked at, oldest first by their own time, because many lists come
-- newest first. Numbers follow landing closely enough: the few that a slow transaction lands late are only not looked at.
with latest as (
    select
        record_id, coalesce(occurred_at, received_at) as at,
        row_number() over (partition by source order by coalesce(occurred_at, received_at) desc, record_id desc) as place
    from raw.record
    where record_id > (select coalesce(max(last_record_id), 0) from ops.source_shape) and body is not null
)
select record_id, source, external_id, group_key, body, media_type, transport, received_at, occurred_at
from latest
inner join raw.record using (record_id)
where place <= :most
order by latest.at, record_id;

-- name: shapes
select source, way, looked, weight, last_record_id, last_at
from ops.source_shape
where source = any(cast(:sources as text[]));

-- name: fields
select source, way, place, kind, records, seen, since, last, is_known, first_at, last_at
from ops.source_field
where source = any(cast(:sources as text[]));

-- name: keep_shape
insert into ops.source_shape (source, way, looked, weight, last_record_id, last_at)
values (:source, :way, :looked, :weight, :last_record_id, :now)
on conflict (source, way) do update set
    looked = excluded.looked, weight = excluded.weight, last_record_id = excluded.last_record_id, last_at = excluded.last_at;

-- name: forget_fields
delete from ops.source_field where source = :source and way = :way;

-- name: open_changes
select source, way, place, change, became, detail, looked, noticed_at
from ops.source_change
where ended_at is null
order by source_change_id;

-- name: add_change
insert into ops.source_change (source, way, place, change, became, detail, looked, noticed_at, last_at)
values (:source, :way, :place, :change, :became, :detail, :looked, :now, :now);

-- name: touch_changes
-- The newest record that the open changes of a source were seen in.
update ops.source_change set last_at = :now where source = :source and way = :way and ended_at is null;

-- name: end_change
update ops.source_change set ended_at = :now
where source = :source and way = :way and place = :place and change = :change and ended_at is null;

-- name: overview
-- What the list of sources shows of each: records, where they are, the newest, deliveries that wait for the rest of them.
select
    conservation.source, conservation.received, conservation.quarantined, conservation.pending,
    (select max(received_at) from raw.record where record.source = conservation.source) as last_at,
    (
        select count(*) from raw.record as waiting
        where waiting.source = conservation.source and waiting.transport ? 'waiting' and waiting.body is not null
          and not exists (
            select from raw.record as whole
            where whole.source = waiting.source and whole.group_key = waiting.group_key and not whole.transport ? 'waiting'
          )
    ) as waiting
from ops.conservation;

-- name: arrived
-- What has come of one source so far.
select count(*) as records, max(received_at) as last_at from raw.record where source = :source;

-- name: newest
-- The newest records of one source, for a person who sets it up.
select record_id, source, external_id, group_key, body, media_type, transport, received_at, occurred_at
from raw.record
where source = :source and body is not null
order by record_id desc
limit :most;
