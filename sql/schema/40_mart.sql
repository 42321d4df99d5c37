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
    counts_as_lead boolean     not null,
    joined_by        text    not null default '',
    is_brand         boolean not null default false,
    earlier_channel  text,
    earlier_campaign text,
    earlier_rule     text
);
comment on table mart.touchpoint is 'Leads as marketing sees them. Grain: lead. client_id: the living client that has it now, null while there is none.';
comment on column mart.touchpoint.day is 'Day of the lead in the time zone of the company.';
comment on column mart.touchpoint.counts_as_lead is 'False for rejected leads of stages that are no enquiries (test, auto_reply, not_enquiry): out of all counts.';
comment on column mart.touchpoint.rule is 'The rule of channels.toml that fired, or the way in which a campaign of the spend was found.';
comment on column mart.touchpoint.earlier_channel is 'What brought an earlier visit that the form remembered; it takes part in attribution, not in the counts of leads.';
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
    revenue                  numeric(20, 4) not null,
    known_since_day          date,
    deals                    integer        not null default 0,
    first_deal_at            timestamptz,
    first_won_at             timestamptz
);
comment on table mart.client is 'Living clients as marketing sees them. Grain: client. Revenue in the reporting currency.';
comment on column mart.client.is_new is 'Their first won deal came on or after the day of their first touch, and the CRM did not know them before it.';
comment on column mart.client.is_returning is 'They touched us on a day after their first won deal, or the CRM knew them before their first touch.';
comment on column mart.client.deals_won is 'Deals won on or after the day of the first touch; older ones no lead of ours brought.';
comment on column mart.client.known_since_day is 'Since when the CRM knows them; null where its history does not.';
comment on column mart.client.deals is 'Deals of any stage that closed, or were opened, on or after the day of the first touch.';
comment on column mart.client.first_deal_at is 'When the first of these was opened.';
comment on column mart.client.first_won_at is 'When the first of these that was won closed.';

create table mart.credit (
    client_id       uuid          not null,
    lead_id         uuid          not null,
    is_earlier      boolean       not null,
    day             date          not null,
    site            text          not null,
    channel         text          not null,
    campaign        text          not null,
    first_touch     numeric(7, 6) not null,
    last_touch      numeric(7, 6) not null,
    last_non_direct numeric(7, 6) not null,
    linear          numeric(7, 6) not null,
    time_decay      numeric(7, 6) not null,
    position_based  numeric(7, 6) not null,
    data_driven     numeric(7, 6) not null,
    primary key (lead_id, is_earlier)
);
comment on table mart.credit is
    'How the credit for a client is shared among its touches. Grain: touch that takes part. Each model''s shares of a client add up to 1.';
comment on column mart.credit.is_earlier is 'The share is of the earlier visit that the form of this lead remembered.';
create index credit_client on mart.credit (client_id);

create table mart.cost_per_channel_campaign_day (
    attribution_model  text           not null check (attribution_model in ('first_touch', 'last_touch', 'last_non_direct', 'linear',
                                                                            'time_decay', 'position_based', 'data_driven')),
    day                date           not null,
    site               text           not null,
    channel            text           not null,
    campaign           text           not null,
    raw_leads          bigint         not null,
    rejected_leads     bigint         not null,
    unique_clients     numeric        not null,
    qualified_clients  numeric        not null,
    new_clients        numeric        not null,
    returning_clients  bigint         not null,
    spend              numeric(20, 4) not null,
    currency           text           not null,
    deals_won          numeric        not null,
    revenue            numeric        not null,
    cpl_raw            numeric(20, 4) generated always as (round(nullif(spend, 0) / nullif(raw_leads, 0), 4)) stored,
    cpl_unique         numeric(20, 4) generated always as (round(nullif(spend, 0) / nullif(unique_clients, 0), 4)) stored,
    cpql               numeric(20, 4) generated always as (round(nullif(spend, 0) / nullif(qualified_clients, 0), 4)) stored,
    cost_per_new_client numeric(20, 4) generated always as (round(nullif(spend, 0) / nullif(new_clients, 0), 4)) stored,
    return_on_spend numeric(20, 4) generated always as (round(revenue / nullif(spend, 0), 4)) stored,
    primary key (attribution_model, day, site, channel, campaign)
);
comment on table mart.cost_per_channel_campaign_day is
    'What leads and clients cost. Grain: attribution model, day, site, channel, campaign. Every column but the costs adds up; add first, divide after.';
comment on column mart.cost_per_channel_campaign_day.raw_leads is 'Leads by their own day and tag, rejected ones among them: the same under each model.';
comment on column mart.cost_per_channel_campaign_day.unique_clients is 'Living clients, each once under each model: whole at one touch, or in shares at several.';
comment on column mart.cost_per_channel_campaign_day.returning_clients is
    'Clients with a touch on this row that came after the day of their first won deal, or whom the CRM knew before their first touch: the same under each model.';
comment on column mart.cost_per_channel_campaign_day.spend is 'In the reporting currency; what has no rate is in the table per currency only.';
comment on column mart.cost_per_channel_campaign_day.cpl_raw is 'Null where there is nothing to divide: no spend, or no leads.';
comment on column mart.cost_per_channel_campaign_day.cost_per_new_client is 'What a new client cost (CAC).';
comment on column mart.cost_per_channel_campaign_day.return_on_spend is 'Revenue for one unit of spend; null where nothing was spent.';

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
    revenue           numeric(20, 4) not null,
    attribution_models text[]        not null default '{first_touch,last_non_direct}',
    window_days       integer,
    reported_day      date           not null default '0001-01-01',
    is_full           boolean        not null default true,
    fingerprint       text           not null default '',
    trained_at        timestamptz,
    trained_clients   bigint         not null default 0,
    deals             bigint         not null default 0,
    rejections        bigint         not null default 0
);
comment on table mart.build is
    'When the marts were built, and the sums of core at that moment, counted apart from the marts: what the marts must add up to. Grain: one row.';

comment on column mart.build.attribution_models is 'The models that the costs are told under.';
comment on column mart.build.window_days is 'Touches of so many days before the end of a client''s path took part; null: all.';
comment on column mart.build.reported_day is 'Under which day the history of the marts keeps what this build changed; it never goes back.';
comment on column mart.build.is_full is 'Whether everything was computed anew, or only what had changed.';
comment on column mart.build.fingerprint is 'Of the settings and the SQL that the marts follow from: another one makes the next build full.';
comment on column mart.build.trained_clients is 'How many clients there were when data_driven was trained, at trained_at.';
comment on column mart.build.rejections is 'All rejected leads, also those that are out of the counts.';

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
