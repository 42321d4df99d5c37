-- Layer core: leads, their classification, clients, and the ledger that everything follows from.

create table core.lead (
    lead_id         uuid primary key,
    source          text        not null,
    source_kind     text        not null check (source_kind in ('website', 'email', 'chat', 'call', 'crm')),
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
                                                       'merge', 'split', 'close', 'undo', 'erase', 'suppress', 'edit',
                                                       'account_mint', 'account_join', 'account_leave', 'account_merge', 'account_split',
                                                       'account_close', 'account_edit', 'same_account', 'other_account', 'hold', 'release')),
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
    constraint classification_stage
        check (case when state = 'accepted' then stage is null or stage in ('duplicate', 'support_existing') else stage is not null end)
);
comment on table core.classification is 'Whether a lead is genuine (a stage is a note then), doubted (proposed; stays visible) or rejected, with stage, rule and evidence.';
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
comment on table core.evidence is 'Scored pairs as they were decided, per model version: above the review cut, or with one contact and names that contradict.';
create index evidence_right on core.evidence (right_id);

create table core.review (
    left_id       uuid             not null,
    right_id      uuid             not null,
    weight        double precision not null,
    reason        text             not null,
    model_version text             not null,
    left_client_id  uuid,
    right_client_id uuid,
    last_seen_at    timestamptz,
    primary key (left_id, right_id)
);
create index review_right on core.review (right_id);
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
    kind        text        not null check (kind in ('client.created', 'client.updated', 'client.merged', 'client.split', 'client.closed', 'client.rejected',
                                                       'client.reopened', 'client.suppressed', 'client.erased', 'account.created', 'account.updated',
                                                       'account.merged', 'account.split', 'account.closed')),
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
    rules_version text    not null,
    joined_by     text    not null default '',
    is_brand      boolean not null default false,
    earlier_channel  text,
    earlier_campaign text,
    earlier_platform text,
    earlier_rule     text,
    constraint tag_earlier check (num_nulls(earlier_channel, earlier_campaign, earlier_platform, earlier_rule) in (0, 4))
);
comment on table core.tag is 'The channel and campaign that brought each lead, and the rule that said so.';
comment on column core.tag.joined_by is 'How the campaign was found among those that money was spent on; empty where none was.';
comment on column core.tag.is_brand is 'The visit looked for the company by its name.';
comment on column core.tag.earlier_channel is 'What brought an earlier visit that the form remembered; null where there was none.';

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
    spend_original     numeric(20, 6) not null,
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
    vat_rate           numeric(5, 2)  not null default 0,
    said_by            text           not null default '',
    is_withdrawn       boolean        not null default false,
    primary key (name, day, account, campaign_id, campaign_name, site, currency)
);
comment on table core.spend is 'Ad spend per day and campaign, in its own and in the reporting currency: what was said last.';
comment on column core.spend.vat_rate is 'Percent of VAT that spend_original holds and spend_reporting does not; 0 where none is known.';
comment on column core.spend.said_by is 'The file or the account that said so last.';
comment on column core.spend.is_withdrawn is 'The row is gone from what was read again: nothing was spent.';

create table core.spend_history (
    spend_history_id bigint generated always as identity primary key,
    name             text           not null,
    day              date           not null,
    account          text           not null,
    campaign_id      text           not null,
    campaign_name    text           not null,
    site             text           not null,
    currency         text           not null,
    change           text           not null check (change in ('new', 'restated', 'withdrawn', 'dropped')),
    spend_original   numeric(20, 6) not null,
    vat_included     boolean        not null,
    vat_rate         numeric(5, 2)  not null,
    clicks           bigint,
    impressions      bigint,
    said_by          text           not null,
    said_at          timestamptz    not null
);
comment on table core.spend_history is 'Every version of every row of spend: who said what, when; append-only. dropped: its entry left the configuration.';
create index spend_history_of_row on core.spend_history (name, day, account, campaign_id);

create function core.keep_spend_version() returns trigger language plpgsql as $$
begin
    insert into core.spend_history
        (name, day, account, campaign_id, campaign_name, site, currency, change, spend_original, vat_included, vat_rate, clicks,
         impressions, said_by, said_at)
    values
        (new.name, new.day, new.account, new.campaign_id, new.campaign_name, new.site, new.currency,
         case when tg_op = 'INSERT' then 'new' when new.is_withdrawn then 'withdrawn' else 'restated' end,
         new.spend_original, new.vat_included, new.vat_rate, new.clicks, new.impressions, new.said_by, new.loaded_at);
    return null;
end $$;

create trigger spend_is_new after insert on core.spend
    for each row execute function core.keep_spend_version();
create trigger spend_is_restated after update on core.spend
    for each row
    when ((old.spend_original, old.vat_included, old.vat_rate, old.clicks, old.impressions, old.is_withdrawn)
          is distinct from (new.spend_original, new.vat_included, new.vat_rate, new.clicks, new.impressions, new.is_withdrawn))
    execute function core.keep_spend_version();

create table core.spend_window (
    name      text primary key,
    first_day date        not null,
    last_day  date        not null,
    read_at   timestamptz not null
);
comment on table core.spend_window is 'How far each ad account has been read through its API.';

create table core.campaign_alias (
    alias_id          bigint generated always as identity primary key,
    given_key         text        not null check (given_key <> ''),
    given             text        not null,
    platform          text        not null,
    campaign_platform text        not null,
    campaign_id       text        not null,
    campaign_name     text        not null,
    accepted_by       text        not null check (accepted_by <> ''),
    reason            text        not null,
    accepted_at       timestamptz not null,
    revoked_by        text,
    revoked_at        timestamptz,
    constraint campaign_alias_names_one check (campaign_id <> '' or campaign_name <> ''),
    constraint campaign_alias_revoked_whole check ((revoked_by is null) = (revoked_at is null))
);
comment on table core.campaign_alias is
    'Campaign names of leads that a person accepted as another spelling of a campaign that money was spent on; ended, never deleted.';
comment on column core.campaign_alias.platform is 'Of the leads, empty for leads that name none.';
create unique index campaign_alias_in_force on core.campaign_alias (given_key, platform) where revoked_at is null;

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
    loaded_at        timestamptz    not null,
    record_id        bigint references raw.record,
    read_as          text           not null default '',
    manager          text           not null default '',
    lost_reason      text           not null default '',
    next_step_at      timestamptz,
    last_activity_at  timestamptz,
    first_response_at timestamptz
);
comment on table core.deal is 'What became of clients: deals that came back from the CRM. client_id is null until the contact is known.';
comment on column core.deal.record_id is 'The record of a CRM''s history that told it; null for a deal of files.deals.';
comment on column core.deal.read_as is 'How the record was read; another reading of its source reads it again.';
comment on column core.deal.manager is 'Who is responsible, as the CRM names them: an id or a name; empty where it does not say.';
comment on column core.deal.lost_reason is 'Why it was lost, in the CRM''s words; empty where it does not say.';
comment on column core.deal.next_step_at is 'The earliest step that the CRM has planned for it.';
comment on column core.deal.last_activity_at is 'When somebody last did something with it, as the CRM tells.';
comment on column core.deal.first_response_at is 'When somebody first answered the enquiry, as the CRM tells.';
create index deal_client on core.deal (client_id);
create index deal_record on core.deal (record_id) where record_id is not null;

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
create trigger spend_history_is_appended before update or delete or truncate on core.spend_history
    for each statement execute function core.refuse_change();
