-- What the fold remembers, so that a batch is folded in time that goes with the batch: keys, records, the frozen snapshot.

create table core.match_snapshot (
    snapshot_id   integer primary key,
    model_name    text             not null,
    model_version text             not null,
    digest        text             not null,
    model         text             not null,
    precision     double precision not null,
    merge_cut     double precision not null,
    review_cut    double precision not null,
    records       integer          not null,
    content       bytea,
    is_indexed    boolean          not null,
    leads         integer          not null,
    clients       integer          not null,
    taken_at      timestamptz      not null
);
comment on table core.match_snapshot is 'What each full fold knew of its set as a whole; the newest row is in force, older ones have no content. leads, clients: after the last fold under it.';
comment on column core.match_snapshot.digest is 'Of the model as configured: another one is shown before it is applied.';
comment on column core.match_snapshot.is_indexed is 'Whether core.match_key and core.match_record hold every folded lead, so that the next fold may be incremental.';

create table core.match_record (
    lead_id     uuid primary key,
    received_at timestamptz not null,
    fields      jsonb       not null,
    name_order  text        not null,
    keys        bigint[]    not null default '{}'
);
comment on table core.match_record is 'Each folded lead as matching sees it. A lead that went stays until the next fold, like its membership.';
comment on column core.match_record.keys is 'Its keys, by which its rows in core.match_key and core.match_new_key are found again.';

create table core.match_key (
    key     bigint   not null,
    lead_id uuid     not null,
    rule    smallint not null,
    primary key (key, lead_id, rule)
);
comment on table core.match_key is 'The keys under which folded leads meet new ones: hashes of the blocking rules'' values, no values.';

create table core.match_judgement (
    left_id  uuid    not null,
    right_id uuid    not null,
    same     boolean not null,
    primary key (left_id, right_id)
);
comment on table core.match_judgement is 'The judgements that the last fold obeyed: what differs now is opened by the next one.';
create index match_judgement_right on core.match_judgement (right_id);

create table core.match_queue (
    change_id bigint generated always as identity primary key,
    lead_id   uuid not null
);
comment on table core.match_queue is 'Leads that came, went or changed since the last fold, written by triggers, as often as they did.';

create table core.model_change (
    digest        text primary key,
    model_name    text        not null,
    model_version text        not null,
    from_version  text        not null,
    leads         integer     not null,
    merged        integer     not null,
    split         integer     not null,
    unchanged     integer     not null,
    examples      jsonb       not null,
    reported_at   timestamptz not null,
    approved_at   timestamptz,
    approved_by   text        not null default ''
);
comment on table core.model_change is 'What another model would change among the clients, before a person lets it: clients merged, split and unchanged, with ids as examples.';

create function core.queue_changed() returns trigger language plpgsql as $$
begin
    insert into core.match_queue (lead_id) select lead_id from changed;
    return null;
end $$;

create trigger lead_added after insert on core.lead
    referencing new table as changed for each statement execute function core.queue_changed();
create trigger lead_changed after update on core.lead
    referencing new table as changed for each statement execute function core.queue_changed();
create trigger lead_went after delete on core.lead
    referencing old table as changed for each statement execute function core.queue_changed();
create trigger verdict_added after insert on core.classification
    referencing new table as changed for each statement execute function core.queue_changed();
create trigger verdict_changed after update on core.classification
    referencing new table as changed for each statement execute function core.queue_changed();
create trigger verdict_went after delete on core.classification
    referencing old table as changed for each statement execute function core.queue_changed();

create view mart.model_health as
select
    in_force.model_version,
    in_force.snapshot_id,
    in_force.taken_at,
    waiting.model_version as waiting_version,
    waiting.merged,
    waiting.split,
    waiting.unchanged,
    waiting.reported_at
from core.match_snapshot as in_force
left join core.model_change as waiting on waiting.approved_at is null and waiting.digest <> in_force.digest
where in_force.snapshot_id = (select max(snapshot_id) from core.match_snapshot);
comment on view mart.model_health is 'The model in force, and one that waits for approval with what it would change. Grain: waiting model.';
