-- Events that are brought to consumers: what is next, what is held, what was settled. Run as leadfold_publisher.

-- name: hold_consumer
-- One deliverer per consumer at a time; a second one finds the door held and leaves.
select pg_try_advisory_lock(hashtextextended('leadfold deliver ' || :consumer, 0))

-- name: release_consumer
select pg_advisory_unlock(hashtextextended('leadfold deliver ' || :consumer, 0))

-- name: add_consumer
-- A pushed consumer that is known already keeps its place; one that was revoked starts again where it stopped.
insert into ops.consumer (consumer, kind, created_at, server_id, written_by, seq, position_at)
values (:consumer, :kind, :now, :server_id, cast(cast(:written_by as text) as xid8), :seq, :now)
on conflict (consumer) do update set revoked_at = null
where consumer.kind = excluded.kind

-- name: consumer
select kind, server_id, written_by, seq, paused_until, failures, accepted_at
from ops.consumer
where consumer = :consumer and revoked_at is null

-- name: lock_consumer
select kind, server_id, written_by, seq, paused_until, failures, accepted_at
from ops.consumer
where consumer = :consumer and revoked_at is null
for update

-- name: due
-- Held events whose time has come, each the first that its client waits for.
select event.written_by, event.seq, event.event_id, event.client_id, event.kind, event.payload, event.created_at, hold.attempts
from ops.delivery_hold as hold
inner join feed.event using (event_id)
where hold.consumer = :consumer and hold.parked_at is null and hold.due_at <= :now
order by event.written_by, event.seq
limit :limit

-- name: next
select event.written_by, event.seq, event.event_id, event.client_id, event.kind, event.payload, event.created_at,
       hold.client_id is not null as is_held
from feed.event
left join ops.delivery_hold as hold on hold.consumer = :consumer and hold.client_id = event.client_id
where (event.written_by, event.seq) > (cast(cast(:written_by as text) as xid8), cast(:seq as bigint))
order by event.written_by, event.seq
limit :limit

-- name: wait_behind
insert into ops.delivery_waiting (consumer, client_id, written_by, seq, event_id)
select :consumer, client_id, cast(written_by as xid8), seq, event_id
from unnest(cast(:client_ids as uuid[]), cast(:written_by as text[]), cast(:seq as bigint[]), cast(:event_ids as uuid[]))
    as passed (client_id, written_by, seq, event_id)
on conflict do nothing

-- name: hold
-- What a consumer did not take of a client's next event.
insert into ops.delivery_hold
    (consumer, client_id, event_id, written_by, seq, attempts, first_failed_at, due_at, parked_at, problem)
values
    (:consumer, :client_id, :event_id, cast(cast(:written_by as text) as xid8), :seq, :attempts, :now, :due_at, :parked_at, :problem)

-- name: hold_again
-- Nothing where a person has skipped the event meanwhile.
update ops.delivery_hold
set attempts = :attempts, due_at = :due_at, parked_at = :parked_at, problem = :problem, first_failed_at = coalesce(first_failed_at, :now)
where consumer = :consumer and client_id = cast(:client_id as uuid) and event_id = cast(:event_id as uuid)

-- name: failing_since
select client_id, first_failed_at
from ops.delivery_hold
where consumer = :consumer and client_id = any(cast(:client_ids as uuid[]))

-- name: release_hold
delete from ops.delivery_hold
where consumer = :consumer and event_id = any(cast(:event_ids as uuid[]))

-- name: overtake
-- An erasure waits behind nothing of its client; what stood before it is moot, and is written down.
with gone as (
    delete from ops.delivery_hold
    where consumer = :consumer and client_id = any(cast(:client_ids as uuid[]))
      and not event_id = any(cast(:event_ids as uuid[]))
    returning event_id, client_id
), waited as (
    delete from ops.delivery_waiting
    where consumer = :consumer and client_id = any(cast(:client_ids as uuid[]))
      and not event_id = any(cast(:event_ids as uuid[]))
    returning event_id, client_id
)
insert into ops.delivery_skip (consumer, event_id, client_id, reason, skipped_at)
select :consumer, event_id, client_id, 'erased', :now
from (select event_id, client_id from gone union all select event_id, client_id from waited) as moot
on conflict do nothing

-- name: promote
-- The next event of clients that are held no more, where one waits.
with next_one as (
    select distinct on (waiting.client_id) waiting.client_id, waiting.written_by, waiting.seq, waiting.event_id
    from ops.delivery_waiting as waiting
    where waiting.consumer = :consumer
      and waiting.client_id = any(cast(:client_ids as uuid[]))
      and not exists (
          select from ops.delivery_hold as hold where hold.consumer = waiting.consumer and hold.client_id = waiting.client_id
      )
    order by waiting.client_id, waiting.written_by, waiting.seq
), taken as (
    delete from ops.delivery_waiting as waiting
    using next_one
    where waiting.consumer = :consumer and waiting.client_id = next_one.client_id and waiting.event_id = next_one.event_id
)
insert into ops.delivery_hold (consumer, client_id, event_id, written_by, seq, due_at)
select :consumer, client_id, event_id, written_by, seq, :now
from next_one

-- name: move
update ops.consumer
set server_id = :server_id, written_by = cast(cast(:written_by as text) as xid8), seq = :seq, position_at = :now
where consumer = :consumer

-- name: was_reached
update ops.consumer
set seen_at = :now, accepted_at = :now, failures = 0, paused_until = null, problem = ''
where consumer = :consumer

-- name: was_tried
update ops.consumer
set seen_at = :now
where consumer = :consumer

-- name: pause
update ops.consumer
set seen_at = :now, failures = :failures, paused_until = :paused_until, problem = :problem
where consumer = :consumer

-- name: parked
select hold.consumer, hold.event_id, hold.client_id, event.kind, hold.attempts, hold.first_failed_at, hold.parked_at, hold.problem,
       (select count(*) from ops.delivery_waiting as waiting
        where waiting.consumer = hold.consumer and waiting.client_id = hold.client_id) as behind
from ops.delivery_hold as hold
left join feed.event using (event_id)
where hold.parked_at is not null and (cast(:consumer as text) is null or hold.consumer = :consumer)
order by hold.consumer, hold.parked_at, hold.event_id
limit :limit

-- name: retry
-- Tried as if for the first time; a consumer that rests is called at once.
with due as (
    update ops.delivery_hold
    set attempts = 0, parked_at = null, due_at = :now
    where consumer = :consumer and (cast(:event_id as uuid) is null and parked_at is not null or event_id = cast(:event_id as uuid))
    returning event_id
), awake as (
    update ops.consumer set paused_until = null where consumer = :consumer
)
select count(*) from due

-- name: skip
with gone as (
    delete from ops.delivery_hold
    where consumer = :consumer and event_id = cast(:event_id as uuid)
    returning event_id, client_id
)
insert into ops.delivery_skip (consumer, event_id, client_id, reason, skipped_at)
select :consumer, event_id, client_id, :reason, :now
from gone
on conflict do nothing
returning client_id

-- name: forget_held
-- A consumer that starts anew meets these events again, or has them in its snapshot.
with held as (
    delete from ops.delivery_hold where consumer = :consumer
)
delete from ops.delivery_waiting where consumer = :consumer

-- name: untold
-- Consumers that a person must hear of and has not yet: events are parked, or it has not come along for a while.
select consumer.consumer, health.parked, health.behind, health.behind_since, health.problem,
       health.parked > 0 and consumer.parked_told_at is null as tell_parked,
       health.behind_since < :since and consumer.behind_told_at is null as tell_behind
from ops.consumer
inner join mart.consumer_health as health using (consumer)
where health.parked > 0 and consumer.parked_told_at is null
   or health.behind_since < :since and consumer.behind_told_at is null
order by consumer.consumer

-- name: told
update ops.consumer
set parked_told_at = case when cast(:parked as boolean) then :now else parked_told_at end,
    behind_told_at = case when cast(:behind as boolean) then :now else behind_told_at end
where consumer = :consumer

-- name: untell
-- What has passed may be told again when it comes back.
update ops.consumer
set parked_told_at = case when health.parked = 0 then null else parked_told_at end,
    behind_told_at = case when health.behind_since < :since then behind_told_at end
from mart.consumer_health as health
where health.consumer = consumer.consumer
  and (parked_told_at is not null and health.parked = 0
       or behind_told_at is not null and (health.behind_since is null or health.behind_since >= :since))
