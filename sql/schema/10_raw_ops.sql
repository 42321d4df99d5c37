-- Layers raw (what arrived) and ops (runs, counts, cursors, quarantine).

create schema raw;
create schema core;
create schema mart;
create schema ops;
create schema feed;

comment on schema raw is 'What arrived, unchanged.';
comment on schema core is 'Leads, clients and the ledger of decisions.';
comment on schema mart is 'What people read. No names, phones or e-mails.';
comment on schema ops is 'Runs, counts, cursors, quarantine, results of checks.';
comment on schema feed is 'Views that a CRM reads.';

create table raw.record (
    record_id    bigint generated always as identity primary key,
    source       text        not null,
    external_id  text        not null,
    group_key    text        not null,
    content_hash bytea       not null check (octet_length(content_hash) = 16),
    body         bytea,
    media_type   text        not null,
    transport    jsonb       not null default '{}',
    received_at  timestamptz not null,
    occurred_at  timestamptz,
    erased_at    timestamptz,
    constraint record_delivered_once unique (source, external_id, content_hash),
    constraint record_body_until_erased check ((body is null) = (erased_at is not null))
);
comment on table raw.record is 'One delivery as received. Rows never change or go; only an erasure empties a body.';

create index record_group on raw.record (source, group_key);
create index record_waiting on raw.record (source, record_id) where transport ? 'waiting';

create function raw.guard_record() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or tg_op = 'TRUNCATE' then
        raise exception 'raw.record keeps every row; erase the body instead' using errcode = 'integrity_constraint_violation';
    end if;
    if new.erased_at is null or new.body is not null or old.erased_at is not null
       or (new.record_id, new.source, new.received_at, new.occurred_at)
          is distinct from (old.record_id, old.source, old.received_at, old.occurred_at) then
        raise exception 'raw.record may only be erased, once' using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;

create trigger record_is_kept before update or delete on raw.record
    for each row execute function raw.guard_record();
create trigger record_is_not_truncated before truncate on raw.record
    for each statement execute function raw.guard_record();

create table ops.cursor (
    source   text primary key,
    position jsonb       not null,
    moved_at timestamptz not null
);
comment on table ops.cursor is 'How far each source has been read. Moves only in the transaction that lands its page.';

create table ops.run (
    run_id      bigint generated always as identity primary key,
    step        text        not null,
    source      text,
    started_at  timestamptz not null,
    finished_at timestamptz,
    state       text        not null default 'running' check (state in ('running', 'succeeded', 'failed', 'killed')),
    error       text
);
create index run_latest on ops.run (step, source, started_at desc);

create table ops.count (
    run_id bigint not null references ops.run,
    name   text   not null,
    value  bigint not null,
    primary key (run_id, name)
);
comment on table ops.count is 'What a run took in and gave out, by name.';

create table ops.quarantine (
    record_id   bigint primary key references raw.record,
    stage       text        not null,
    error       text        not null,
    attempts    integer     not null default 1,
    first_at    timestamptz not null,
    last_at     timestamptz not null
);
comment on table ops.quarantine is 'Records that could not be read, each with its error. A retry that succeeds removes the row.';

create table ops.spend_quarantine (
    file       text        not null,
    row_number integer     not null,
    line       text        not null,
    error      text        not null,
    seen_at    timestamptz not null,
    primary key (file, row_number)
);
comment on table ops.spend_quarantine is 'Rows of spend, rate and deal files that could not be read, each with its error.';

create table ops.check_result (
    check_result_id bigint generated always as identity primary key,
    suite           text        not null,
    name            text        not null,
    passed          boolean     not null,
    observed        jsonb       not null default '{}',
    checked_at      timestamptz not null
);
create index check_result_latest on ops.check_result (suite, name, checked_at desc);

create table ops.gate (
    name       text primary key,
    is_open    boolean     not null,
    reason     text        not null default '',
    changed_at timestamptz not null
);
comment on table ops.gate is 'Whether a door is open. `publish` closes when a check fails: the feed stops, landing goes on.';
insert into ops.gate (name, is_open, changed_at) values ('publish', true, now());

create table ops.source_shape (
    source         text        not null,
    way            text        not null,
    looked         integer     not null,
    weight         integer     not null,
    last_record_id bigint      not null,
    last_at        timestamptz not null,
    primary key (source, way)
);
comment on table ops.source_shape is 'How many records of a source, and of one way in which they come, were looked at for their fields, and how far.';
comment on column ops.source_shape.weight is 'Records behind source_field.records; both are halved together, so that the past fades.';

create table ops.source_field (
    source   text        not null,
    way      text        not null,
    place    text        not null,
    kind     text        not null check (kind in ('text', 'number', 'yes-no', 'list', 'object')),
    records  integer     not null,
    seen     integer     not null,
    since    integer     not null,
    last     integer     not null,
    is_known boolean     not null,
    first_at timestamptz not null,
    last_at  timestamptz not null,
    primary key (source, way, place, kind)
);
comment on table ops.source_field is 'Fields of a source''s records: their names, never their values.';
comment on column ops.source_field.since is 'Records looked at before the first that had the field; last: up to the last one that had it.';
comment on column ops.source_field.is_known is 'Not to be told as new: it was there from the start, or was told.';

create table ops.source_change (
    source_change_id bigint generated always as identity primary key,
    source           text        not null,
    way              text        not null,
    place            text        not null,
    change           text        not null check (change in ('appeared', 'vanished', 'renamed', 'retyped')),
    became           text        not null default '',
    detail           text        not null,
    looked           integer     not null,
    noticed_at       timestamptz not null,
    last_at          timestamptz not null,
    ended_at         timestamptz
);
comment on table ops.source_change is 'Fields of a source that came, went or changed, each told once. A warning: nothing waits for it.';
comment on column ops.source_change.became is 'The new name of a renamed field, the new kind of a retyped one.';
comment on column ops.source_change.looked is 'Records looked at when it was noticed.';
comment on column ops.source_change.ended_at is 'When the field was as before again, or had been new for so long that it is the usual.';
create unique index source_change_open on ops.source_change (source, way, place, change) where ended_at is null;
