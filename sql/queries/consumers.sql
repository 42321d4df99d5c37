-- Consumers of the change feed and their tokens. Run as leadfold_publisher.

-- name: caller
-- Who shows this token.
select consumer.consumer, consumer.scopes, consumer.seen_at
from ops.consumer_token
inner join ops.consumer using (consumer)
where consumer_token.digest = :digest
  and (consumer_token.expires_at is null or consumer_token.expires_at > :now)
  and consumer.revoked_at is null

-- name: saw
update ops.consumer set seen_at = :now where consumer = :consumer

-- name: add
-- A name that was revoked may be given again, without the place that it had.
insert into ops.consumer (consumer, kind, scopes, created_at)
values (:consumer, 'feed', :scopes, :now)
on conflict (consumer) do update set
    scopes = excluded.scopes, created_at = excluded.created_at, revoked_at = null, server_id = null, written_by = null, seq = null,
    position_at = null, seen_at = null, parked_told_at = null, behind_told_at = null
where consumer.kind = 'feed' and consumer.revoked_at is not null

-- name: add_token
insert into ops.consumer_token (consumer, digest, made_at) values (:consumer, :digest, :now)

-- name: expire_tokens
update ops.consumer_token
set expires_at = :expires_at
where consumer = :consumer and (expires_at is null or expires_at > :expires_at)

-- name: revoke
update ops.consumer set revoked_at = :now where consumer = :consumer and revoked_at is null

-- name: kind
select kind from ops.consumer where consumer = :consumer and revoked_at is null

-- name: listed
select health.consumer, health.kind, consumer.scopes, health.seen_at, health.position_at, health.accepted_at, health.paused_until,
       health.problem, health.behind, health.behind_since, health.held, health.parked
from mart.consumer_health as health
inner join ops.consumer using (consumer)
order by health.consumer

-- name: acknowledge
update ops.consumer
set server_id = :server_id, written_by = cast(cast(:written_by as text) as xid8), seq = :seq, position_at = :now
where consumer = :consumer and revoked_at is null

-- name: place
select health.position_at, health.behind, health.behind_since, consumer.server_id, consumer.written_by, consumer.seq
from ops.consumer
inner join mart.consumer_health as health using (consumer)
where consumer.consumer = :consumer

-- name: ensure_default
insert into ops.consumer (consumer, kind, scopes, created_at)
values (:consumer, 'feed', :scopes, :now)
on conflict (consumer) do nothing
