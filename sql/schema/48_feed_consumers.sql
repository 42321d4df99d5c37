-- Who reads the change feed: consumers that call us with a token, and those that events are brought to (webhooks, CRMs).

create table ops.consumer (
    consumer         text primary key check (consumer ~ '^[a-z][a-z0-9_-]{1,39}$'),
    kind             text        not null check (kind in ('feed', 'webhook', 'crm')),
    scopes           text[]      not null default '{}',
    created_at       timestamptz not null,
    revoked_at       timestamptz,
    seen_at          timestamptz,
    server_id        bigint,
    written_by       xid8,
    seq              bigint,
    position_at      timestamptz,
    accepted_at      timestamptz,
    failures         integer     not null default 0,
    paused_until     timestamptz,
    problem          text        not null default '',
    parked_told_at   timestamptz,
    behind_told_at   timestamptz,
    constraint consumer_position check (num_nulls(server_id, written_by, seq, position_at) in (0, 4))
);
comment on table ops.consumer is 'Consumers of the change feed, and how far each has come: what it acknowledged, or what was brought to it.';
comment on column ops.consumer.seen_at is 'When it last called, or was last called.';
comment on column ops.consumer.accepted_at is 'When it last took an event that was brought to it.';
comment on column ops.consumer.failures is 'How often in a row it could not be reached as a whole; paused_until then says when it is tried again.';

create table ops.consumer_token (
    token_id   bigint generated always as identity primary key,
    consumer   text        not null references ops.consumer,
    digest     bytea       not null unique check (octet_length(digest) = 32),
    made_at    timestamptz not null,
    expires_at timestamptz
);
comment on table ops.consumer_token is 'SHA-256 of tokens of 256 random bits; the tokens themselves are kept nowhere. expires_at: replaced or revoked.';
create index consumer_token_consumer on ops.consumer_token (consumer);

create table ops.delivery_hold (
    consumer        text        not null references ops.consumer,
    client_id       uuid        not null,
    event_id        uuid        not null,
    written_by      xid8        not null,
    seq             bigint      not null,
    attempts        integer     not null default 0,
    first_failed_at timestamptz,
    due_at          timestamptz not null,
    parked_at       timestamptz,
    problem         text        not null default '',
    primary key (consumer, client_id)
);
comment on table ops.delivery_hold is 'The one event of a client that a consumer must take before any later event of that client; parked: a person decides.';
create index delivery_hold_due on ops.delivery_hold (consumer, due_at) where parked_at is null;

create table ops.delivery_waiting (
    consumer   text   not null references ops.consumer,
    client_id  uuid   not null,
    written_by xid8   not null,
    seq        bigint not null,
    event_id   uuid   not null,
    primary key (consumer, client_id, written_by, seq)
);
comment on table ops.delivery_waiting is 'Later events of clients that are held, in their order.';

create table ops.delivery_skip (
    consumer   text        not null references ops.consumer,
    event_id   uuid        not null,
    client_id  uuid        not null,
    reason     text        not null,
    skipped_at timestamptz not null,
    primary key (consumer, event_id)
);
comment on table ops.delivery_skip is 'Events that a consumer never got: a person let them go, or an erasure made them moot.';

create view mart.consumer_health as
select
    consumer.consumer,
    consumer.kind,
    consumer.seen_at,
    consumer.position_at,
    consumer.accepted_at,
    consumer.paused_until,
    consumer.problem,
    case when consumer.seq is not null then coalesce(ahead.events, 0) + waiting.events + hold.events end as behind,
    least(ahead.oldest_at, hold.oldest_at) as behind_since,
    hold.events as held,
    hold.parked
from ops.consumer
left join lateral (
    -- Counting stops at a number that is bad news anyway.
    select count(*) as events, min(created_at) as oldest_at
    from (
        select created_at from core.outbox
        where (outbox.written_by, outbox.seq) > (consumer.written_by, consumer.seq)
        order by outbox.written_by, outbox.seq
        limit 100000
    ) as later
) as ahead on consumer.seq is not null
left join lateral (
    select count(*) as events from ops.delivery_waiting where delivery_waiting.consumer = consumer.consumer
) as waiting on true
left join lateral (
    select count(*) as events, count(*) filter (where parked_at is not null) as parked, min(outbox.created_at) as oldest_at
    from ops.delivery_hold
    left join core.outbox using (event_id)
    where delivery_hold.consumer = consumer.consumer
) as hold on true
where consumer.revoked_at is null;
comment on view mart.consumer_health is
    'How far each consumer of the change feed has come. behind: events it has not taken, 100,000 at most, null where it never said. Grain: consumer.';
