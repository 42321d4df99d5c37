-- Marts over time: what changed since the last build, marts that follow clients further, and every figure as it was reported.

alter table core.deal
    add column manager text not null default '',
    add column lost_reason text not null default '';
comment on column core.deal.manager is 'Who is responsible, as the CRM names them: an id or a name; empty where it does not say.';
comment on column core.deal.lost_reason is 'Why it was lost, in the CRM''s words; empty where it does not say.';

alter table mart.client
    add column deals integer not null default 0,
    add column first_deal_at timestamptz,
    add column first_won_at timestamptz;
comment on column mart.client.deals is 'Deals of any stage that closed, or were opened, on or after the day of the first touch.';
comment on column mart.client.first_deal_at is 'When the first of these was opened.';
comment on column mart.client.first_won_at is 'When the first of these that was won closed.';

alter table mart.cost_per_channel_campaign_day
    add column return_on_spend numeric(20, 4) generated always as (round(revenue / nullif(spend, 0), 4)) stored;
comment on column mart.cost_per_channel_campaign_day.cost_per_new_client is 'What a new client cost (CAC).';
comment on column mart.cost_per_channel_campaign_day.return_on_spend is 'Revenue for one unit of spend; null where nothing was spent.';

alter table mart.build
    add column reported_day date not null default '0001-01-01',
    add column is_full boolean not null default true,
    add column fingerprint text not null default '',
    add column trained_at timestamptz,
    add column trained_clients bigint not null default 0,
    add column deals bigint not null default 0,
    add column rejections bigint not null default 0;
comment on column mart.build.reported_day is 'Under which day the history of the marts keeps what this build changed; it never goes back.';
comment on column mart.build.is_full is 'Whether everything was computed anew, or only what had changed.';
comment on column mart.build.fingerprint is 'Of the settings and the SQL that the marts follow from: another one makes the next build full.';
comment on column mart.build.trained_clients is 'How many clients there were when data_driven was trained, at trained_at.';
comment on column mart.build.rejections is 'All rejected leads, also those that are out of the counts.';
update mart.build set reported_day = cast(built_at at time zone timezone as date);

create table core.mart_queue (
    lead_id   uuid,
    client_id uuid,
    deal_id   text,
    spend_day date
);
comment on table core.mart_queue is
    'What came, went or changed since the marts were built, written by triggers, as often as it did. A row of nulls: everything.';

create table core.deal_history (
    deal_history_id bigint generated always as identity primary key,
    deal_id         text        not null,
    stage           text        not null,
    told_at         timestamptz not null
);
comment on table core.deal_history is 'Every stage that a deal was told to be in, and when we were told; append-only. It says how far a lost deal had come.';
create index deal_history_deal on core.deal_history (deal_id);

create trigger deal_history_is_appended before update or delete or truncate on core.deal_history
    for each statement execute function core.refuse_change();

create function core.keep_deal_stage() returns trigger language plpgsql as $$
begin
    insert into core.deal_history (deal_id, stage, told_at) values (new.deal_id, new.stage, new.loaded_at);
    return null;
end $$;
create trigger deal_stage_is_new after insert on core.deal
    for each row execute function core.keep_deal_stage();
create trigger deal_stage_is_changed after update on core.deal
    for each row when (old.stage is distinct from new.stage) execute function core.keep_deal_stage();

create function core.queue_leads() returns trigger language plpgsql as $$
begin
    insert into core.mart_queue (lead_id) select lead_id from changed;
    return null;
end $$;
create trigger lead_is_new_to_marts after insert on core.lead
    referencing new table as changed for each statement execute function core.queue_leads();
create trigger lead_is_changed_for_marts after update on core.lead
    referencing new table as changed for each statement execute function core.queue_leads();
create trigger lead_is_gone_from_marts after delete on core.lead
    referencing old table as changed for each statement execute function core.queue_leads();
create trigger tag_is_new_to_marts after insert on core.tag
    referencing new table as changed for each statement execute function core.queue_leads();
create trigger tag_is_changed_for_marts after update on core.tag
    referencing new table as changed for each statement execute function core.queue_leads();
create trigger tag_is_gone_from_marts after delete on core.tag
    referencing old table as changed for each statement execute function core.queue_leads();
create trigger verdict_is_new_to_marts after insert on core.classification
    referencing new table as changed for each statement execute function core.queue_leads();
create trigger verdict_is_changed_for_marts after update on core.classification
    referencing new table as changed for each statement execute function core.queue_leads();
create trigger verdict_is_gone_from_marts after delete on core.classification
    referencing old table as changed for each statement execute function core.queue_leads();

create function core.queue_members() returns trigger language plpgsql as $$
begin
    insert into core.mart_queue (lead_id, client_id) select lead_id, client_id from changed;
    return null;
end $$;
create trigger member_is_new_to_marts after insert on core.membership
    referencing new table as changed for each statement execute function core.queue_members();
create trigger member_is_changed_for_marts after update on core.membership
    referencing new table as changed for each statement execute function core.queue_members();
create trigger member_is_gone_from_marts after delete on core.membership
    referencing old table as changed for each statement execute function core.queue_members();

create function core.queue_clients() returns trigger language plpgsql as $$
begin
    insert into core.mart_queue (client_id) select client_id from changed;
    return null;
end $$;
create trigger alias_is_new_to_marts after insert on core.client_alias
    referencing new table as changed for each statement execute function core.queue_clients();
create trigger alias_is_changed_for_marts after update on core.client_alias
    referencing new table as changed for each statement execute function core.queue_clients();
create trigger alias_is_gone_from_marts after delete on core.client_alias
    referencing old table as changed for each statement execute function core.queue_clients();

create function core.queue_client() returns trigger language plpgsql as $$
begin
    insert into core.mart_queue (client_id) values (old.client_id);
    return null;
end $$;
-- Of a golden record marts know whether it lives and whether it can be reached; its other changes are many and no matter of theirs.
create trigger client_is_changed_for_marts after update on core.client for each row
    when ((old.state, cardinality(old.phones) + cardinality(old.emails) > 0)
          is distinct from (new.state, cardinality(new.phones) + cardinality(new.emails) > 0))
    execute function core.queue_client();
create trigger client_is_gone_from_marts after delete on core.client for each row execute function core.queue_client();

create function core.queue_deal() returns trigger language plpgsql as $$
begin
    insert into core.mart_queue (deal_id) values (coalesce(new.deal_id, old.deal_id));
    return null;
end $$;
create trigger deal_is_new_to_marts after insert or delete on core.deal for each row execute function core.queue_deal();
create trigger deal_is_changed_for_marts after update on core.deal for each row
    when ((old.client_id, old.stage, old.amount_reporting, old.opened_at, old.closed_at, old.manager, old.lost_reason)
          is distinct from (new.client_id, new.stage, new.amount_reporting, new.opened_at, new.closed_at, new.manager, new.lost_reason))
    execute function core.queue_deal();

create function core.queue_spend() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        insert into core.mart_queue (spend_day) values (old.day);
    end if;
    if tg_op <> 'DELETE' then
        insert into core.mart_queue (spend_day) values (new.day);
    end if;
    return null;
end $$;
create trigger spend_is_new_to_marts after insert or delete on core.spend for each row execute function core.queue_spend();
create trigger spend_is_changed_for_marts after update on core.spend for each row
    when ((old.day, old.site, old.channel, old.campaign, old.currency, old.spend_original, old.spend_reporting, old.clicks, old.impressions)
          is distinct from
          (new.day, new.site, new.channel, new.campaign, new.currency, new.spend_original, new.spend_reporting, new.clicks, new.impressions))
    execute function core.queue_spend();

create function core.queue_everything() returns trigger language plpgsql as $$
begin
    insert into core.mart_queue default values;
    return null;
end $$;
create trigger lead_is_emptied after truncate on core.lead for each statement execute function core.queue_everything();
create trigger tag_is_emptied after truncate on core.tag for each statement execute function core.queue_everything();
create trigger classification_is_emptied after truncate on core.classification for each statement execute function core.queue_everything();
create trigger membership_is_emptied after truncate on core.membership for each statement execute function core.queue_everything();
create trigger deal_is_emptied after truncate on core.deal for each statement execute function core.queue_everything();
create trigger spend_is_emptied after truncate on core.spend for each statement execute function core.queue_everything();

-- Day and place, so that a build finds the rows of a touched cell without reading the others.
drop index mart.touchpoint_day;
create index touchpoint_cell on mart.touchpoint (day, site, channel, campaign);
create index credit_cell on mart.credit (day, site, channel, campaign);
create index client_cell on mart.client (first_touch_day, first_touch_site, first_touch_channel, first_touch_campaign);
create index cost_day on mart.cost_per_channel_campaign_day (day);

create table mart.deal (
    deal_id     text primary key,
    client_id   uuid,
    stage       text        not null check (stage in ('new', 'qualified', 'won', 'lost', 'junk')),
    reached     text        not null check (reached in ('new', 'qualified', 'won')),
    manager     text        not null,
    lost_reason text        not null,
    opened_at   timestamptz not null,
    last_at     timestamptz not null,
    opened_day  date        not null,
    day         date        not null,
    amount      numeric(18, 4)
);
comment on table mart.deal is 'Deals as marketing sees them. Grain: deal. client_id: the living client that has it now, null while nobody is known.';
comment on column mart.deal.reached is 'The furthest stage it was ever told to be in before it was lost.';
comment on column mart.deal.manager is 'Who is responsible, as the CRM names them: an id or a name; empty where it does not say.';
comment on column mart.deal.last_at is 'When it was closed, or opened while it is open.';
comment on column mart.deal.day is 'The day of last_at; like opened_day in the time zone of the company.';
comment on column mart.deal.amount is 'In the reporting currency; null where no amount or no rate is known.';
create index mart_deal_client on mart.deal (client_id);
create index mart_deal_day on mart.deal (day);
create index mart_deal_opened on mart.deal (opened_day);
create index mart_deal_manager on mart.deal (manager, opened_day);

create table mart.channel_effect (
    channel        text primary key,
    removal_effect double precision not null
);
comment on table mart.channel_effect is
    'The share of won paths that would be lost without a channel, as data_driven weighs it until it is trained again. Grain: channel.';

create table mart.funnel_per_channel_campaign_day (
    day               date           not null,
    site              text           not null,
    channel           text           not null,
    campaign          text           not null,
    leads             bigint         not null,
    genuine_leads     bigint         not null,
    clients           bigint         not null,
    qualified_clients bigint         not null,
    clients_with_deal bigint         not null,
    clients_won       bigint         not null,
    seconds_to_deal   bigint         not null,
    seconds_to_win    bigint         not null,
    spend             numeric(20, 4) not null,
    currency          text           not null,
    cost_per_lead             numeric(20, 4) generated always as (round(nullif(spend, 0) / nullif(leads, 0), 4)) stored,
    cost_per_genuine_lead     numeric(20, 4) generated always as (round(nullif(spend, 0) / nullif(genuine_leads, 0), 4)) stored,
    cost_per_client           numeric(20, 4) generated always as (round(nullif(spend, 0) / nullif(clients, 0), 4)) stored,
    cost_per_qualified_client numeric(20, 4) generated always as (round(nullif(spend, 0) / nullif(qualified_clients, 0), 4)) stored,
    cost_per_client_with_deal numeric(20, 4) generated always as (round(nullif(spend, 0) / nullif(clients_with_deal, 0), 4)) stored,
    cost_per_client_won       numeric(20, 4) generated always as (round(nullif(spend, 0) / nullif(clients_won, 0), 4)) stored,
    primary key (day, site, channel, campaign)
);
comment on table mart.funnel_per_channel_campaign_day is
    'How far enquiries of a day came. Grain: day, site, channel, campaign; leads by their own, clients by their first touch, spend by its own. Every column but the costs adds up.';
comment on column mart.funnel_per_channel_campaign_day.clients_with_deal is 'Clients with a deal that closed, or was opened, on or after the day of their first touch.';
comment on column mart.funnel_per_channel_campaign_day.seconds_to_deal is 'From the first touch to the opening of the first such deal, added up over clients_with_deal.';
comment on column mart.funnel_per_channel_campaign_day.seconds_to_win is 'From the first touch to the first deal won, added up over clients_won.';

create table mart.cohort_per_channel_week (
    first_week     date           not null,
    site           text           not null,
    channel        text           not null,
    week           date           not null,
    week_number    integer generated always as ((week - first_week) / 7) stored,
    clients        bigint         not null,
    active_clients bigint         not null,
    leads          bigint         not null,
    repeat_leads   bigint         not null,
    deals_opened   bigint         not null,
    deals_won      bigint         not null,
    revenue        numeric(20, 4) not null,
    primary key (first_week, site, channel, week)
);
comment on table mart.cohort_per_channel_week is
    'What clients did week by week after their first contact. Grain: week of the first touch, its site and channel, week of what they did; weeks by their Monday.';
comment on column mart.cohort_per_channel_week.clients is 'The size of the cohort, on the row of week 0 only, so that it adds up.';
comment on column mart.cohort_per_channel_week.active_clients is 'Clients with an enquiry in that week: they do not add up over weeks.';
comment on column mart.cohort_per_channel_week.repeat_leads is 'Leads other than the one that brought the client.';

create table mart.manager_per_channel_day (
    manager         text           not null,
    day             date           not null,
    channel         text           not null,
    deals           bigint         not null,
    deals_qualified bigint         not null,
    deals_won       bigint         not null,
    deals_lost      bigint         not null,
    deals_junk      bigint         not null,
    revenue         numeric(20, 4) not null,
    clients         bigint         not null,
    leads           bigint         not null,
    deals_timed     bigint         not null,
    seconds_to_deal bigint         not null,
    primary key (manager, day, channel)
);
comment on table mart.manager_per_channel_day is
    'What became of each manager''s deals. Grain: manager, day the deal was opened, channel of the client''s first touch. Every column adds up.';
comment on column mart.manager_per_channel_day.deals_qualified is 'Deals that ever came as far as qualified or won.';
comment on column mart.manager_per_channel_day.clients is 'Clients whose first deal this is: each client is one manager''s.';
comment on column mart.manager_per_channel_day.leads is 'All leads of these clients.';
comment on column mart.manager_per_channel_day.seconds_to_deal is 'From the last enquiry before a deal to its opening, added up over deals_timed: how fast enquiries become deals.';

create table mart.refusal_per_channel_day (
    day     date           not null,
    site    text           not null,
    channel text           not null,
    step    text           not null check (step in ('lead', 'deal', 'qualified')),
    outcome text           not null check (outcome in ('rejected', 'lost', 'junk')),
    reason  text           not null,
    cases   bigint         not null,
    amount  numeric(20, 4) not null,
    primary key (day, site, channel, step, outcome, reason)
);
comment on table mart.refusal_per_channel_day is
    'Where and why enquiries ended. Grain: day, site, channel, step, outcome, reason. Leads rejected on their own day and tag; deals lost on their last day, at their client''s first touch.';
comment on column mart.refusal_per_channel_day.step is 'How far it had come: a lead, a deal, or a deal that had been qualified.';
comment on column mart.refusal_per_channel_day.reason is 'Of leads the rejection stage; of deals what the CRM says, empty where it says nothing.';
comment on column mart.refusal_per_channel_day.amount is 'What the deals were worth, in the reporting currency.';

create table mart.cost_per_channel_campaign_day_history (
    like mart.cost_per_channel_campaign_day including generated including comments,
    reported_from date not null,
    reported_to   date not null default '9999-12-31',
    primary key (attribution_model, day, site, channel, campaign, reported_from)
);
create table mart.spend_per_channel_campaign_day_currency_history (
    like mart.spend_per_channel_campaign_day_currency including generated including comments,
    reported_from date not null,
    reported_to   date not null default '9999-12-31',
    primary key (day, site, channel, campaign, currency, reported_from)
);
create table mart.rejection_per_channel_day_stage_history (
    like mart.rejection_per_channel_day_stage including generated including comments,
    reported_from date not null,
    reported_to   date not null default '9999-12-31',
    primary key (day, site, channel, stage, state, rule, reported_from)
);
create table mart.funnel_per_channel_campaign_day_history (
    like mart.funnel_per_channel_campaign_day including generated including comments,
    reported_from date not null,
    reported_to   date not null default '9999-12-31',
    primary key (day, site, channel, campaign, reported_from)
);
create table mart.cohort_per_channel_week_history (
    like mart.cohort_per_channel_week including generated including comments,
    reported_from date not null,
    reported_to   date not null default '9999-12-31',
    primary key (first_week, site, channel, week, reported_from)
);
create table mart.manager_per_channel_day_history (
    like mart.manager_per_channel_day including generated including comments,
    reported_from date not null,
    reported_to   date not null default '9999-12-31',
    primary key (manager, day, channel, reported_from)
);
create table mart.refusal_per_channel_day_history (
    like mart.refusal_per_channel_day including generated including comments,
    reported_from date not null,
    reported_to   date not null default '9999-12-31',
    primary key (day, site, channel, step, outcome, reason, reported_from)
);
create index cost_history_day on mart.cost_per_channel_campaign_day_history (day);
comment on table mart.cost_per_channel_campaign_day_history is
    'Every version of every row of the costs. As reported on a day D: reported_from <= D and reported_to > D. The last version of a day is kept.';
comment on table mart.spend_per_channel_campaign_day_currency_history is 'Every version of every row; see mart.cost_per_channel_campaign_day_history.';
comment on table mart.rejection_per_channel_day_stage_history is 'Every version of every row; see mart.cost_per_channel_campaign_day_history.';
comment on table mart.funnel_per_channel_campaign_day_history is 'Every version of every row; see mart.cost_per_channel_campaign_day_history.';
comment on table mart.cohort_per_channel_week_history is 'Every version of every row; see mart.cost_per_channel_campaign_day_history.';
comment on table mart.manager_per_channel_day_history is 'Every version of every row; see mart.cost_per_channel_campaign_day_history.';
comment on table mart.refusal_per_channel_day_history is 'Every version of every row; see mart.cost_per_channel_campaign_day_history.';

create function mart.cost_as_of(as_of date) returns setof mart.cost_per_channel_campaign_day_history language sql stable
begin atomic
    select * from mart.cost_per_channel_campaign_day_history as history where history.reported_from <= as_of and history.reported_to > as_of;
end;
comment on function mart.cost_as_of is 'The costs as the last build of that day, or before it, reported them.';

create view mart.cost_restatement as
select
    attribution_model, reported_day, day, site, channel, campaign, reported_day - day as days_late,
    sum(sign * raw_leads) as raw_leads, sum(sign * rejected_leads) as rejected_leads, sum(sign * unique_clients) as unique_clients,
    sum(sign * qualified_clients) as qualified_clients, sum(sign * new_clients) as new_clients,
    sum(sign * returning_clients) as returning_clients, sum(sign * spend) as spend, sum(sign * deals_won) as deals_won,
    sum(sign * revenue) as revenue, min(currency) as currency
from mart.cost_per_channel_campaign_day_history
cross join lateral (values (1, reported_from), (-1, reported_to)) as step (sign, reported_day)
where reported_day <> '9999-12-31'
group by attribution_model, reported_day, day, site, channel, campaign;
comment on view mart.cost_restatement is
    'By how much each build''s day changed each row of the costs. Grain: attribution model, reported day, day, site, channel, campaign. Added up to reported day D it gives the costs as of D.';

create view mart.return_per_channel_campaign as
select
    attribution_model, channel, campaign, min(day) as first_day, max(day) as last_day, sum(spend) as spend, min(currency) as currency,
    sum(raw_leads) as raw_leads, sum(unique_clients) as unique_clients, sum(new_clients) as new_clients, sum(deals_won) as deals_won,
    sum(revenue) as revenue,
    round(nullif(sum(spend), 0) / nullif(sum(new_clients), 0), 4) as acquisition_cost,
    round(sum(revenue) / nullif(sum(spend), 0), 4) as return_on_spend,
    sum(revenue) - sum(spend) as margin_over_spend
from mart.cost_per_channel_campaign_day
group by attribution_model, channel, campaign;
comment on view mart.return_per_channel_campaign is
    'What a new client cost and what came back, over all days. Grain: attribution model, channel, campaign.';
comment on column mart.return_per_channel_campaign.acquisition_cost is 'CAC: spend per new client; null where there is nothing to divide.';
comment on column mart.return_per_channel_campaign.return_on_spend is 'Revenue for one unit of spend; null where nothing was spent.';

-- The build's own tables: what is due to be looked at anew; fresh_<mart> takes what a mart should hold within that, gone_<mart> what leaves it.
create function core.open_due() returns void language plpgsql as $$
begin
    drop table if exists due_change, due_lead, due_deal, due_client, due_credit, due_outcome, due_spend_day, due_cell, due_week, due_manager, due_day;
    create temporary table due_change (lead_id uuid, client_id uuid, deal_id text, spend_day date) on commit drop;
    create temporary table due_lead (lead_id uuid) on commit drop;
    create temporary table due_deal (deal_id text) on commit drop;
    create temporary table due_client (client_id uuid) on commit drop;
    create temporary table due_credit (client_id uuid) on commit drop;
    create temporary table due_outcome (client_id uuid) on commit drop;
    create temporary table due_spend_day (day date) on commit drop;
    create temporary table due_cell (day date, site text, channel text, campaign text) on commit drop;
    create temporary table due_week (first_week date, site text, channel text, week date) on commit drop;
    create temporary table due_manager (manager text, day date) on commit drop;
    create temporary table due_day (day date) on commit drop;
end $$;

create function core.open_mart(mart_name text) returns void language plpgsql as $$
begin
    execute format('drop table if exists %I, %I', 'fresh_' || mart_name, 'gone_' || mart_name);
    execute format('create temporary table %I (like mart.%I including generated) on commit drop', 'fresh_' || mart_name, mart_name);
    execute format('create temporary table %I (like mart.%I) on commit drop', 'gone_' || mart_name, mart_name);
end $$;

create function core.columns_joined(relation regclass, pattern text, separator text, only_key boolean) returns text language sql stable as $$
    select string_agg(format(pattern, attname), separator order by attnum)
    from pg_attribute
    where attrelid = relation and attnum > 0 and not attisdropped
      and case when only_key then attnum = any((select indkey from pg_index where indrelid = relation and indisprimary)::int2[])
               else attgenerated = '' end
$$;
comment on function core.columns_joined is 'The columns of a table written into a pattern, which takes the name once or twice as %1$I: those of its key, or all that are not generated.';

create function core.renew_mart(mart_name text, due text) returns bigint language plpgsql as $$
declare
    mart regclass := format('mart.%I', mart_name);
    fresh text := format('%I', 'fresh_' || mart_name);
    gone text := format('%I', 'gone_' || mart_name);
    same_key text := core.columns_joined(mart, 'new.%1$I = old.%1$I', ' and ', true);
    same_row text := core.columns_joined(mart, 'new.%1$I is not distinct from old.%1$I', ' and ', false);
    written text := core.columns_joined(mart, '%1$I', ', ', false);
    within text := core.columns_joined(due::regclass, '%1$I', ', ', false);
    renewed bigint;
begin
    execute format('analyze %s', fresh);
    execute format('insert into %s select old.* from %s as old where (%s) in (select %s from %s)'
                   ' and not exists (select from %s as new where %s and %s)',
                   gone, mart, within, within, due, fresh, same_key, same_row);
    execute format('analyze %s', gone);
    execute format('delete from %s as old using %s as new where %s', mart, gone, same_key);
    -- What is still there is what did not change.
    execute format('delete from %s as new using %s as old where %s', fresh, mart, same_key);
    execute format('insert into %s (%s) select %s from %s', mart, written, written, fresh);
    get diagnostics renewed = row_count;
    return renewed;
end $$;
comment on function core.renew_mart is
    'Makes the rows of a mart within what is due those of fresh_<mart>, writing only what differs; afterwards fresh_ holds what came, gone_ what went. Rows that came.';

create function core.remember_mart(mart_name text, due text, today date) returns bigint language plpgsql as $$
declare
    mart regclass := format('mart.%I', mart_name);
    history regclass := format('mart.%I', mart_name || '_history');
    same_key text := core.columns_joined(mart, 'new.%1$I = old.%1$I', ' and ', true);
    same_row text := core.columns_joined(mart, 'new.%1$I is not distinct from old.%1$I', ' and ', false);
    written text := core.columns_joined(mart, '%1$I', ', ', false);
    read text := core.columns_joined(mart, 'new.%1$I', ', ', false);
    within text := core.columns_joined(due::regclass, '%1$I', ', ', false);
    due_before text := core.columns_joined(due::regclass, 'old.%1$I', ', ', false);
    due_now text := core.columns_joined(due::regclass, 'new.%1$I', ', ', false);
    changed text;
    remembered bigint;
begin
    changed := format('old.reported_to = ''9999-12-31'' and (%s) in (select %s from %s)'
                      ' and not exists (select from %s as new where %s and %s)', due_before, within, due, mart, same_key, same_row);
    -- Of several builds on one day the last is kept: that bounds the history.
    execute format('delete from %s as old where %s and old.reported_from >= $1', history, changed) using today;
    execute format('update %s as old set reported_to = $1 where %s', history, changed) using today;
    -- Found first and written then: a scan of the table that is being written would go over every row written so far.
    drop table if exists begun;
    execute format('create temporary table begun on commit drop as select %s from %s as new where (%s) in (select %s from %s)'
                   ' and not exists (select from %s as old where old.reported_to = ''9999-12-31'' and %s)',
                   read, mart, due_now, within, due, history, same_key);
    execute format('insert into %s (%s, reported_from) select %s, $1 from begun', history, written, written) using today;
    get diagnostics remembered = row_count;
    return remembered;
end $$;
comment on function core.remember_mart is 'Ends the versions of a mart''s rows that no longer hold, within what is due, and begins those that do now. Versions begun.';

-- What was reported until now was so since the last build: older builds left no trace.
insert into core.deal_history (deal_id, stage, told_at) select deal_id, stage, loaded_at from core.deal order by deal_id;
insert into mart.cost_per_channel_campaign_day_history
    (attribution_model, day, site, channel, campaign, raw_leads, rejected_leads, unique_clients, qualified_clients, new_clients,
     returning_clients, spend, currency, deals_won, revenue, reported_from)
select attribution_model, day, site, channel, campaign, raw_leads, rejected_leads, unique_clients, qualified_clients, new_clients,
       returning_clients, spend, cost.currency, cost.deals_won, cost.revenue, build.reported_day
from mart.cost_per_channel_campaign_day as cost cross join (select reported_day from mart.build) as build;
insert into mart.spend_per_channel_campaign_day_currency_history
    (day, site, channel, campaign, currency, spend_original, spend_reporting, unconverted, clicks, impressions, reported_from)
select spend.*, build.reported_day
from mart.spend_per_channel_campaign_day_currency as spend cross join (select reported_day from mart.build) as build;
insert into mart.rejection_per_channel_day_stage_history (day, site, channel, stage, state, rule, leads, reported_from)
select rejection.*, build.reported_day
from mart.rejection_per_channel_day_stage as rejection cross join (select reported_day from mart.build) as build;

grant insert, delete on core.mart_queue to leadfold_resolver;
grant insert on core.deal_history to leadfold_resolver;
grant select on core.mart_queue, core.deal_history to leadfold_resolver;
grant select, insert, update, delete, truncate on
    mart.deal, mart.channel_effect, mart.funnel_per_channel_campaign_day, mart.cohort_per_channel_week, mart.manager_per_channel_day,
    mart.refusal_per_channel_day, mart.cost_per_channel_campaign_day_history, mart.spend_per_channel_campaign_day_currency_history,
    mart.rejection_per_channel_day_stage_history, mart.funnel_per_channel_campaign_day_history, mart.cohort_per_channel_week_history,
    mart.manager_per_channel_day_history, mart.refusal_per_channel_day_history, mart.cost_restatement, mart.return_per_channel_campaign
    to leadfold_resolver;
grant select on
    mart.deal, mart.channel_effect, mart.funnel_per_channel_campaign_day, mart.cohort_per_channel_week, mart.manager_per_channel_day,
    mart.refusal_per_channel_day, mart.cost_per_channel_campaign_day_history, mart.spend_per_channel_campaign_day_currency_history,
    mart.rejection_per_channel_day_stage_history, mart.funnel_per_channel_campaign_day_history, mart.cohort_per_channel_week_history,
    mart.manager_per_channel_day_history, mart.refusal_per_channel_day_history, mart.cost_restatement, mart.return_per_channel_campaign
    to leadfold_marketing;
