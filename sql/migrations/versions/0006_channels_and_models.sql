-- Channels explained, joins that people accept, attribution models.

alter table core.tag
    add column joined_by text not null default '',
    add column is_brand boolean not null default false,
    add column earlier_channel text,
    add column earlier_campaign text,
    add column earlier_platform text,
    add column earlier_rule text,
    add constraint tag_earlier check (num_nulls(earlier_channel, earlier_campaign, earlier_platform, earlier_rule) in (0, 4));
comment on column core.tag.joined_by is 'How the campaign was found among those that money was spent on; empty where none was.';
comment on column core.tag.is_brand is 'The visit looked for the company by its name.';
comment on column core.tag.earlier_channel is 'What brought an earlier visit that the form remembered; null where there was none.';

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

grant select, insert on core.campaign_alias to leadfold_resolver;
grant update (revoked_by, revoked_at) on core.campaign_alias to leadfold_resolver;

alter table mart.touchpoint
    add column joined_by text not null default '',
    add column is_brand boolean not null default false,
    add column earlier_channel text,
    add column earlier_campaign text,
    add column earlier_rule text;
comment on column mart.touchpoint.rule is 'The rule of channels.toml that fired, or the way in which a campaign of the spend was found.';
comment on column mart.touchpoint.earlier_channel is 'What brought an earlier visit that the form remembered; it takes part in attribution, not in the counts of leads.';

alter table mart.build
    add column attribution_models text[] not null default '{first_touch,last_non_direct}',
    add column window_days integer;
comment on column mart.build.attribution_models is 'The models that the costs are told under.';
comment on column mart.build.window_days is 'Touches of so many days before the end of a client''s path took part; null: all.';

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

-- Generated columns hold on to the types of those that they read: the table is made anew and keeps its rows until the next build.
create temporary table kept on commit drop as
select attribution_model, day, site, channel, campaign, raw_leads, rejected_leads, unique_clients, qualified_clients, new_clients,
       returning_clients, spend, currency, deals_won, revenue
from mart.cost_per_channel_campaign_day;
drop table mart.cost_per_channel_campaign_day;

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

insert into mart.cost_per_channel_campaign_day
    (attribution_model, day, site, channel, campaign, raw_leads, rejected_leads, unique_clients, qualified_clients, new_clients,
     returning_clients, spend, currency, deals_won, revenue)
select * from kept;

grant select, insert, update, delete, truncate on mart.credit, mart.cost_per_channel_campaign_day to leadfold_resolver;
grant select on mart.credit, mart.cost_per_channel_campaign_day to leadfold_marketing;
