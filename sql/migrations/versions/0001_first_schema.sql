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

create function raw.guard_record() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or tg_op = 'TRUNCATE' then
        raise exception 'raw.record keeps every row; erase the body instead' using errcode = 'integrity_constraint_violation';
    end if;
    if new.erased_at is null or new.body is not null or old.erased_at is not null
       or (new.record_id, new.source, new.group_key, new.content_hash, new.received_at)
          is distinct from (old.record_id, old.source, old.group_key, old.content_hash, old.received_at) then
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
    state       text        not null default 'running' check (state in ('running', 'succeeded', 'failed')),
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
-- Layer core: leads, their classification, clients, and the ledger that everything follows from.

create table core.lead (
    lead_id         uuid primary key,
    source          text        not null,
    source_kind     text        not null check (source_kind in ('website', 'email', 'chat', 'call')),
    group_key       text        not null,
    received_at     timestamptz not null,
    site            text        not null default '',
    region          text        not null default '',
    name_full       text        not null default '',
    name_given      text        not null default '',
    name_patronymic text        not null default '',
    name_surname    text        not null default '',
    phones          jsonb       not null default '[]',
    emails          jsonb       not null default '[]',
    handles         text[]      not null default '{}',
    company_name    text        not null default '',
    company_core    text        not null default '',
    legal_form      text        not null default '',
    tax_id          text        not null default '',
    city            text        not null default '',
    message         text        not null default '',
    subject         text        not null default '',
    page            text        not null default '',
    referrer        text        not null default '',
    utm             jsonb       not null default '{}',
    click_ids       jsonb       not null default '{}',
    campaign_id     text        not null default '',
    dialled_number  text        not null default '',
    call_status     text        not null default '',
    call_duration   integer,
    signals         jsonb       not null default '{}',
    refusals        jsonb       not null default '[]',
    conform_version integer     not null
);
comment on table core.lead is 'One inbound enquiry, normalised: a pure function of its raw records and the conform version. Can be dropped and rebuilt.';
create index lead_group on core.lead (source, group_key);

create table core.lead_record (
    record_id       bigint primary key references raw.record,
    lead_id         uuid    not null references core.lead on delete cascade,
    conform_version integer not null
);
comment on table core.lead_record is 'Which lead a raw record became part of.';
create index lead_record_lead on core.lead_record (lead_id);

create table core.decision (
    decision_id   bigint generated always as identity primary key,
    kind          text        not null check (kind in ('match', 'no_match', 'reject', 'accept', 'propose', 'mint', 'join', 'leave',
                                                       'merge', 'split', 'close', 'undo', 'erase', 'suppress', 'edit')),
    lead_ids      uuid[]      not null default '{}',
    client_id     uuid,
    from_client_id uuid,
    actor_kind    text        not null check (actor_kind in ('rule', 'model', 'person')),
    actor         text        not null,
    actor_version text        not null default '',
    score         double precision,
    evidence      jsonb       not null default '{}',
    supersedes    bigint references core.decision,
    decided_at    timestamptz not null
);
comment on table core.decision is 'The ledger: append-only, in order. Who decided what about whom, on what evidence.';
create index decision_client on core.decision (client_id);
create index decision_leads on core.decision using gin (lead_ids);
create index decision_of_people on core.decision (kind, decision_id) where actor_kind = 'person';
create index decision_supersedes on core.decision (supersedes) where supersedes is not null;

create table core.classification (
    lead_id       uuid primary key references core.lead on delete cascade,
    state         text    not null check (state in ('accepted', 'proposed', 'rejected')),
    stage         text,
    rule          text    not null default '',
    rule_version  text    not null default '',
    evidence      text    not null default '',
    confidence    double precision,
    decision_id   bigint references core.decision,
    by_person     boolean not null default false,
    rules_version text    not null,
    constraint classification_stage check ((state = 'accepted') = (stage is null))
);
comment on table core.classification is 'Whether a lead is genuine, doubted (proposed; stays visible) or rejected, with stage, rule and evidence.';
create index classification_stage on core.classification (stage) where stage is not null;

create table core.client (
    client_id     uuid primary key,
    state         text        not null check (state in ('live', 'merged', 'closed')),
    version       integer     not null default 1,
    name          text        not null default '',
    given         text        not null default '',
    patronymic    text        not null default '',
    surname       text        not null default '',
    phones        text[]      not null default '{}',
    emails        text[]      not null default '{}',
    handles       text[]      not null default '{}',
    company       text        not null default '',
    tax_id        text        not null default '',
    city          text        not null default '',
    lead_count    integer     not null default 0,
    first_seen_at timestamptz,
    last_seen_at  timestamptz,
    provenance    jsonb       not null default '{}',
    minted_by     bigint      not null references core.decision,
    changed_by    bigint      not null references core.decision
);
comment on table core.client is 'Golden records. An id is minted once and never given to anyone else.';
create index client_phones on core.client using gin (phones);
create index client_emails on core.client using gin (emails);

create table core.client_alias (
    client_id     uuid primary key references core.client,
    living_id     uuid   not null references core.client,
    decision_id   bigint not null references core.decision,
    constraint alias_is_another check (client_id <> living_id)
);
comment on table core.client_alias is 'A merged id and the living client it stands for; always one step.';
create index client_alias_living on core.client_alias (living_id);

create table core.membership (
    lead_id       uuid   not null,
    client_id     uuid   not null references core.client,
    from_decision bigint not null references core.decision,
    to_decision   bigint references core.decision,
    primary key (lead_id, from_decision)
);
comment on table core.membership is 'Who belonged to whom, from which decision to which.';
create unique index membership_now on core.membership (lead_id) where to_decision is null;
create index membership_client on core.membership (client_id) where to_decision is null;
create index membership_ended on core.membership (to_decision) where to_decision is not null;

create table core.client_history (
    client_id   uuid        not null references core.client,
    version     integer     not null,
    decision_id bigint      not null references core.decision,
    golden      jsonb       not null,
    primary key (client_id, version)
);
comment on table core.client_history is 'Every version of every golden record; append-only.';

create table core.evidence (
    model_version text             not null,
    left_id       uuid             not null,
    right_id      uuid             not null,
    weight        double precision not null,
    levels        jsonb            not null,
    primary key (model_version, left_id, right_id),
    constraint evidence_ordered check (left_id < right_id)
);
comment on table core.evidence is 'Scored pairs above the review cut as they were decided, per model version.';
create index evidence_right on core.evidence (right_id);

create table core.review (
    left_id       uuid             not null,
    right_id      uuid             not null,
    weight        double precision not null,
    reason        text             not null,
    model_version text             not null,
    primary key (left_id, right_id)
);
comment on table core.review is 'Pairs that a person should see: a function of the leads, the judgements and the model.';

create table core.hub (
    field          text    not null,
    value          text    not null,
    records        integer not null,
    distinct_names integer not null,
    reason         text    not null,
    primary key (field, value)
);
comment on table core.hub is 'Values shared by many unlike people, which cannot merge by themselves.';

create table core.outbox (
    seq         bigint generated always as identity primary key,
    event_id    uuid        not null unique,
    client_id   uuid        not null,
    kind        text        not null check (kind in ('client.created', 'client.updated', 'client.merged', 'client.split', 'client.closed', 'client.erased')),
    payload     jsonb       not null,
    decision_id bigint      not null references core.decision,
    created_at  timestamptz not null,
    written_by  xid8        not null default pg_current_xact_id()
);
comment on table core.outbox is 'One event per change of a client, written in the transaction that changes it.';
create index outbox_order on core.outbox (written_by, seq);

create table core.tag (
    lead_id       uuid primary key references core.lead on delete cascade,
    channel       text    not null,
    campaign      text    not null default '',
    platform      text    not null default '',
    site          text    not null default '',
    is_direct     boolean not null,
    rule          text    not null,
    rules_version text    not null
);
comment on table core.tag is 'The channel and campaign that brought each lead, and the rule that said so.';

create table core.fx_rate (
    day      date           not null,
    currency text           not null,
    per_base numeric(20, 8) not null check (per_base > 0),
    base     text           not null,
    primary key (day, currency, base)
);
comment on table core.fx_rate is 'Units of a currency for one unit of the base currency, by day.';

create table core.spend (
    name               text           not null,
    day                date           not null,
    platform           text           not null,
    account            text           not null default '',
    campaign_id        text           not null default '',
    campaign_name      text           not null default '',
    site               text           not null default '',
    channel            text           not null,
    campaign           text           not null,
    spend_original     numeric(18, 4) not null,
    currency           text           not null,
    spend_reporting    numeric(18, 4),
    reporting_currency text           not null,
    fx_rate            numeric(20, 8),
    fx_date            date,
    vat_included       boolean        not null,
    clicks             bigint,
    impressions        bigint,
    loaded_at          timestamptz    not null,
    restated           boolean        not null default false,
    primary key (name, day, account, campaign_id, campaign_name, site, currency)
);
comment on table core.spend is 'Ad spend per day and campaign, in its own and in the reporting currency.';

create table core.deal (
    deal_id          text primary key,
    client_id        uuid,
    phone            text           not null default '',
    email            text           not null default '',
    stage            text           not null check (stage in ('new', 'qualified', 'won', 'lost', 'junk')),
    amount           numeric(18, 4),
    currency         text           not null default '',
    amount_reporting numeric(18, 4),
    opened_at        timestamptz    not null,
    closed_at        timestamptz,
    loaded_at        timestamptz    not null
);
comment on table core.deal is 'What became of clients: deals that came back from the CRM. client_id is null until the contact is known.';
create index deal_client on core.deal (client_id);

create function core.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: write a new row that supersedes the old one', tg_table_schema || '.' || tg_table_name
        using errcode = 'integrity_constraint_violation';
end $$;

create trigger decision_is_appended before update or delete or truncate on core.decision
    for each statement execute function core.refuse_change();
create trigger client_history_is_appended before update or delete or truncate on core.client_history
    for each statement execute function core.refuse_change();
create trigger outbox_is_appended before update or delete or truncate on core.outbox
    for each statement execute function core.refuse_change();
-- Where each record is, and the sums that must agree.

create view ops.record_place as
select
    record.record_id,
    record.source,
    record.external_id,
    lead_record.lead_id,
    membership.client_id,
    classification.stage,
    case
        when record.erased_at is not null then 'erased'
        when quarantine.record_id is not null then 'quarantined'
        when classification.state = 'rejected' then 'rejected'
        when membership.client_id is not null then 'client'
        else 'pending'
    end as place
from raw.record
left join ops.quarantine using (record_id)
left join core.lead_record using (record_id)
left join core.classification using (lead_id)
left join core.membership on membership.lead_id = lead_record.lead_id and membership.to_decision is null;
comment on view ops.record_place is 'The one place of each raw record: client, rejected, quarantined, erased or pending.';

create view ops.conservation as
select
    source,
    count(*) as received,
    count(*) filter (where place = 'client') as clients,
    count(*) filter (where place = 'rejected') as rejected,
    count(*) filter (where place = 'quarantined') as quarantined,
    count(*) filter (where place = 'erased') as erased,
    count(*) filter (where place = 'pending') as pending
from ops.record_place
group by source;
comment on view ops.conservation is 'received = clients + rejected + quarantined + erased + pending, per source.';

create view feed.client as
select client_id, name, given, patronymic, surname, phones, emails, handles, company, tax_id, city, lead_count, first_seen_at, last_seen_at, version
from core.client
where state = 'live';
comment on view feed.client is 'Living clients: the snapshot that a new consumer starts from.';

create view feed.alias as
select client_id, living_id
from core.client_alias;
comment on view feed.alias is 'Merged ids and the living clients they stand for.';

create view feed.event as
select written_by, seq, event_id, client_id, kind, payload, created_at
from core.outbox
where written_by < pg_snapshot_xmin(pg_current_snapshot());
comment on view feed.event is 'Changes in commit-safe order (written_by, seq): a row shows only when no older transaction can still add one before it.';
-- Layer mart: what people read. Ids, times, tags, counts and money; no names, phones or e-mails. Rebuilt whole by `build_marts`.

create table mart.touchpoint (
    lead_id        uuid primary key,
    client_id      uuid,
    occurred_at    timestamptz not null,
    day            date        not null,
    source         text        not null,
    source_kind    text        not null,
    site           text        not null,
    channel        text        not null,
    campaign       text        not null,
    platform       text        not null,
    is_direct      boolean     not null,
    rule           text        not null,
    state          text        not null check (state in ('pending', 'accepted', 'proposed', 'rejected')),
    stage          text,
    counts_as_lead boolean     not null
);
comment on table mart.touchpoint is 'Leads as marketing sees them. Grain: lead. client_id: the living client that has it now, null while there is none.';
comment on column mart.touchpoint.day is 'Day of the lead in the time zone of the company.';
comment on column mart.touchpoint.counts_as_lead is 'False for rejected leads of stages that are no enquiries (test, auto_reply, not_enquiry): out of all counts.';
create index touchpoint_client on mart.touchpoint (client_id, occurred_at);
create index touchpoint_day on mart.touchpoint (day);

create table mart.client (
    client_id                uuid primary key,
    lead_count               integer        not null check (lead_count > 0),
    first_touch_lead_id      uuid           not null,
    first_touch_at           timestamptz    not null,
    first_touch_day          date           not null,
    first_touch_site         text           not null,
    first_touch_channel      text           not null,
    first_touch_campaign     text           not null,
    last_non_direct_lead_id  uuid           not null,
    last_non_direct_at       timestamptz    not null,
    last_non_direct_day      date           not null,
    last_non_direct_site     text           not null,
    last_non_direct_channel  text           not null,
    last_non_direct_campaign text           not null,
    last_touch_at            timestamptz    not null,
    last_touch_day           date           not null,
    is_qualified             boolean        not null,
    is_new                   boolean        not null,
    is_returning             boolean        not null,
    first_won_day            date,
    deals_won                integer        not null,
    revenue                  numeric(20, 4) not null
);
comment on table mart.client is 'Living clients as marketing sees them. Grain: client. Revenue in the reporting currency.';
comment on column mart.client.is_new is 'Their first won deal came on or after the day of their first touch.';
comment on column mart.client.is_returning is 'They touched us on a day after their first won deal.';

create table mart.cost_per_channel_campaign_day (
    attribution_model  text           not null check (attribution_model in ('first_touch', 'last_non_direct')),
    day                date           not null,
    site               text           not null,
    channel            text           not null,
    campaign           text           not null,
    raw_leads          bigint         not null,
    rejected_leads     bigint         not null,
    unique_clients     bigint         not null,
    qualified_clients  bigint         not null,
    new_clients        bigint         not null,
    returning_clients  bigint         not null,
    spend              numeric(20, 4) not null,
    currency           text           not null,
    deals_won          bigint         not null,
    revenue            numeric(20, 4) not null,
    cpl_raw            numeric(20, 4) generated always as (round(nullif(spend, 0) / nullif(raw_leads, 0), 4)) stored,
    cpl_unique         numeric(20, 4) generated always as (round(nullif(spend, 0) / nullif(unique_clients, 0), 4)) stored,
    cpql               numeric(20, 4) generated always as (round(nullif(spend, 0) / nullif(qualified_clients, 0), 4)) stored,
    cost_per_new_client numeric(20, 4) generated always as (round(nullif(spend, 0) / nullif(new_clients, 0), 4)) stored,
    primary key (attribution_model, day, site, channel, campaign)
);
comment on table mart.cost_per_channel_campaign_day is
    'What leads and clients cost. Grain: attribution model, day, site, channel, campaign. Every column but the costs adds up; add first, divide after.';
comment on column mart.cost_per_channel_campaign_day.raw_leads is 'Leads by their own day and tag, rejected ones among them: the same under each model.';
comment on column mart.cost_per_channel_campaign_day.unique_clients is 'Living clients, each once, at the touchpoint that the model names.';
comment on column mart.cost_per_channel_campaign_day.returning_clients is
    'Clients with a touch on this row that came after the day of their first won deal: the same under each model.';
comment on column mart.cost_per_channel_campaign_day.spend is 'In the reporting currency; what has no rate is in the table per currency only.';
comment on column mart.cost_per_channel_campaign_day.cpl_raw is 'Null where there is nothing to divide: no spend, or no leads.';

create table mart.spend_per_channel_campaign_day_currency (
    day             date           not null,
    site            text           not null,
    channel         text           not null,
    campaign        text           not null,
    currency        text           not null,
    spend_original  numeric(20, 4) not null,
    spend_reporting numeric(20, 4) not null,
    unconverted     numeric(20, 4) not null,
    clicks          bigint,
    impressions     bigint,
    primary key (day, site, channel, campaign, currency)
);
comment on table mart.spend_per_channel_campaign_day_currency is
    'Ad spend as billed. Grain: day, site, channel, campaign, currency. unconverted: the part of spend_original that has no exchange rate.';

create table mart.rejection_per_channel_day_stage (
    day     date   not null,
    site    text   not null,
    channel text   not null,
    stage   text   not null,
    state   text   not null check (state in ('proposed', 'rejected')),
    rule    text   not null,
    leads   bigint not null,
    primary key (day, site, channel, stage, state, rule)
);
comment on table mart.rejection_per_channel_day_stage is
    'Junk: leads rejected, and leads doubted that stay visible. Grain: day, site, channel, stage, state, rule.';

create table mart.build (
    build             boolean        primary key default true check (build),
    built_at          timestamptz    not null,
    timezone          text           not null,
    currency          text           not null,
    leads             bigint         not null,
    raw_leads         bigint         not null,
    rejected_leads    bigint         not null,
    clients           bigint         not null,
    spend             numeric(20, 4) not null,
    deals_won         bigint         not null,
    revenue           numeric(20, 4) not null
);
comment on table mart.build is
    'When the marts were built, and the sums of core at that moment, counted apart from the marts: what the marts must add up to. Grain: one row.';

create view mart.source_health as
with last_run as (
    select distinct on (source, step) run_id, source, step, started_at, finished_at, state, error
    from ops.run
    order by source, step, started_at desc, run_id desc
),
counted as (
    select run_id, jsonb_object_agg(name, value) as counts
    from ops.count
    where run_id in (select run_id from last_run)
    group by run_id
)
select
    coalesce(last_run.source, conservation.source, '') as source,
    coalesce(last_run.step, '') as step,
    last_run.run_id,
    last_run.started_at,
    last_run.finished_at,
    last_run.state,
    last_run.error,
    coalesce(counted.counts, '{}') as counts,
    conservation.received,
    conservation.clients,
    conservation.rejected,
    conservation.quarantined,
    conservation.erased,
    conservation.pending
from last_run
left join counted using (run_id)
full join ops.conservation on conservation.source = last_run.source;
comment on view mart.source_health is
    'The last run of each source and step with its counts, and where the records of the source are. Grain: source, step; source is empty for steps that have none.';
-- What the page Health and the step `publish` count: numbers, names of steps and checks, sentences of errors; no data of people.

create view feed.backlog as
select
    count(*) filter (where written_by < pg_snapshot_xmin(pg_current_snapshot())) as shown,
    count(*) filter (where written_by >= pg_snapshot_xmin(pg_current_snapshot())) as waiting,
    min(created_at) filter (where written_by >= pg_snapshot_xmin(pg_current_snapshot())) as oldest_waiting_at,
    -- A number that this server has not reached yet came with a dump of another one.
    count(*) filter (where written_by >= pg_snapshot_xmax(pg_current_snapshot())) as stranded
from core.outbox;
comment on view feed.backlog is
    'Events that the feed shows, that wait for an older transaction to end, that carry another server''s numbers. Grain: one row.';

create view feed.server as
select system_identifier as server_id
from pg_control_system();
comment on view feed.server is 'Which server this is: transaction numbers, and so cursors, mean nothing on another one. Grain: one row.';

create view mart.quarantine_health as
select
    record.source,
    quarantine.stage,
    quarantine.error,
    count(*) as records,
    min(quarantine.first_at) as first_at,
    max(quarantine.last_at) as last_at
from ops.quarantine
inner join raw.record using (record_id)
group by record.source, quarantine.stage, quarantine.error;
comment on view mart.quarantine_health is 'Records in quarantine by error. Grain: source, stage, error.';

create view mart.spend_quarantine_health as
select file, error, count(*) as lines, max(seen_at) as last_at
from ops.spend_quarantine
group by file, error;
comment on view mart.spend_quarantine_health is 'Lines of spend, rate and deal files that could not be read. Grain: file, error.';

create view mart.check_health as
select distinct on (suite, name) suite, name, passed, checked_at
from ops.check_result
order by suite, name, checked_at desc, check_result_id desc;
comment on view mart.check_health is 'The last result of each check. Grain: suite, check.';

create view mart.gate_health as
select name, is_open, reason, changed_at
from ops.gate;
comment on view mart.gate_health is 'Whether each door is open, and why not. Grain: gate.';
-- Least privilege from the start. Group roles without login: a login is granted the ones it needs.

do $$
declare
    role_name text;
begin
    foreach role_name in array array['leadfold_ingest', 'leadfold_resolver', 'leadfold_publisher', 'leadfold_marketing', 'leadfold_crm']
    loop
        if not exists (select from pg_roles where rolname = role_name) then
            begin
                execute format('create role %I nologin', role_name);
            exception when duplicate_object or unique_violation then
                null; -- another database of this server made it at the same moment
            end;
        end if;
        if not pg_has_role(current_user, role_name, 'member') or not (select rolsuper from pg_roles where rolname = current_user) then
            execute format('grant %I to current_user', role_name);
        end if;
    end loop;
end $$;

-- ingest: lands records, moves cursors, counts. Reads nothing of clients.
grant usage on schema raw, ops to leadfold_ingest;
grant select, insert on raw.record to leadfold_ingest;
grant select, insert, update on ops.cursor to leadfold_ingest;
grant select, insert, update on ops.run, ops.count to leadfold_ingest;

-- resolver: conforms, classifies, folds, attributes, loads spend and deals, builds marts, runs checks.
grant usage on schema raw, core, mart, ops, feed to leadfold_resolver;
grant select on all tables in schema raw, core, mart, ops, feed to leadfold_resolver;
grant insert, update, delete on core.lead, core.lead_record, core.classification, core.tag, core.review, core.hub, core.evidence,
    core.fx_rate, core.spend, core.deal to leadfold_resolver;
grant insert, update on core.client, core.client_alias to leadfold_resolver;
grant delete on core.client_alias to leadfold_resolver;
grant insert on core.decision, core.client_history, core.outbox to leadfold_resolver;
grant usage on sequence core.decision_decision_id_seq to leadfold_resolver; -- a fold numbers its decisions before it writes them
grant insert on core.membership to leadfold_resolver;
grant update (to_decision) on core.membership to leadfold_resolver;
grant insert, update, delete on ops.quarantine, ops.spend_quarantine to leadfold_resolver;
grant insert, update on ops.run, ops.count, ops.gate to leadfold_resolver;
grant insert on ops.check_result to leadfold_resolver;
grant insert, update, delete, truncate on all tables in schema mart to leadfold_resolver;

-- publisher: reads the outbox through the feed, and whether the gate is open.
grant usage on schema feed, ops to leadfold_publisher;
grant select on all tables in schema feed to leadfold_publisher;
grant select on ops.gate to leadfold_publisher;
grant select, insert, update on ops.run, ops.count to leadfold_publisher;

-- marketing: marts only.
grant usage on schema mart to leadfold_marketing;
grant select on all tables in schema mart to leadfold_marketing;

-- crm: views of the feed only.
grant usage on schema feed to leadfold_crm;
grant select on all tables in schema feed to leadfold_crm;
