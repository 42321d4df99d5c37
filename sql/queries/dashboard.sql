-- What the dashboard shows. Run as leadfold_marketing: marts only, no data of people.

-- name: build
select built_at, timezone, currency
from mart.build

-- name: models
select attribution_models
from mart.build

-- name: bounds
select min(day) as first_day, max(day) as last_day
from mart.touchpoint
union all
select min(day), max(day)
from mart.cost_per_channel_campaign_day
union all
select min(day), max(day)
from mart.spend_per_channel_campaign_day_currency

-- name: sites
select site
from mart.cost_per_channel_campaign_day
union
select site
from mart.touchpoint
order by site

-- name: currencies
select distinct currency
from mart.spend_per_channel_campaign_day_currency
where spend_original <> 0
order by currency

-- name: costs
-- Two groupings in one read: per campaign (period is null) and per period and channel (campaign is null).
select
    cast(date_trunc(:period, day) as date) as period,
    channel,
    campaign,
    sum(raw_leads) as raw_leads,
    sum(rejected_leads) as rejected_leads,
    sum(unique_clients) as unique_clients,
    sum(qualified_clients) as qualified_clients,
    sum(new_clients) as new_clients,
    sum(returning_clients) as returning_clients,
    sum(spend) as spend,
    sum(deals_won) as deals_won,
    sum(revenue) as revenue
from mart.cost_per_channel_campaign_day
where attribution_model = :model
    and day between :first_day and :last_day
    and (cast(:site as text) is null or site = :site)
group by grouping sets ((channel, campaign), (cast(date_trunc(:period, day) as date), channel))
order by period, channel, campaign

-- name: costs_as_billed
-- Only campaigns billed wholly in the one currency: there cost / count means something without any exchange rate.
with billed as (
    select day, site, channel, campaign, currency, spend_original
    from mart.spend_per_channel_campaign_day_currency
    where day between :first_day and :last_day
        and (cast(:site as text) is null or site = :site)
        and spend_original <> 0
),
pure as (
    select channel, campaign
    from billed
    group by channel, campaign
    having min(currency) = :currency and max(currency) = :currency
),
cells as (
    select
        day, channel, campaign, raw_leads, rejected_leads, unique_clients, qualified_clients, new_clients,
        returning_clients, 0 as spend, deals_won
    from mart.cost_per_channel_campaign_day
    inner join pure using (channel, campaign)
    where attribution_model = :model
        and day between :first_day and :last_day
        and (cast(:site as text) is null or site = :site)
    union all
    select day, channel, campaign, 0, 0, 0, 0, 0, 0, spend_original, 0
    from billed
    inner join pure using (channel, campaign)
)
select
    cast(date_trunc(:period, day) as date) as period,
    channel,
    campaign,
    sum(raw_leads) as raw_leads,
    sum(rejected_leads) as rejected_leads,
    sum(unique_clients) as unique_clients,
    sum(qualified_clients) as qualified_clients,
    sum(new_clients) as new_clients,
    sum(returning_clients) as returning_clients,
    sum(spend) as spend,
    sum(deals_won) as deals_won,
    null as revenue
from cells
group by grouping sets ((channel, campaign), (cast(date_trunc(:period, day) as date), channel))
order by period, channel, campaign

-- name: mixed_campaigns
select count(*)
from (
    select channel, campaign
    from mart.spend_per_channel_campaign_day_currency
    where day between :first_day and :last_day
        and (cast(:site as text) is null or site = :site)
        and spend_original <> 0
    group by channel, campaign
    having count(distinct currency) > 1 and bool_or(currency = :currency)
) as mixed

-- name: unconverted
select currency, sum(unconverted) as amount
from mart.spend_per_channel_campaign_day_currency
where day between :first_day and :last_day
    and (cast(:site as text) is null or site = :site)
group by currency
having sum(unconverted) <> 0
order by currency

-- name: junk_by_channel
select
    channel,
    count(*) as leads,
    count(*) filter (where state = 'proposed') as proposed,
    count(*) filter (where state = 'rejected') as rejected,
    count(*) filter (where state = 'pending') as pending
from mart.touchpoint
where day between :first_day and :last_day
    and (cast(:site as text) is null or site = :site)
group by channel
order by channel

-- name: junk_by_stage
select channel, stage, state, rule, sum(leads) as leads
from mart.rejection_per_channel_day_stage
where day between :first_day and :last_day
    and (cast(:site as text) is null or site = :site)
group by channel, stage, state, rule
order by channel, stage, state, rule

-- name: source_health
select
    source, step, started_at, finished_at, state, error, counts,
    received, clients, rejected, quarantined, erased, pending
from mart.source_health
order by source, step

-- name: quarantine
select source, stage, error, records, first_at, last_at
from mart.quarantine_health
order by records desc, source, stage, error

-- name: spend_quarantine
select file, error, lines, last_at
from mart.spend_quarantine_health
order by lines desc, file, error

-- name: source_changes
select source, detail, noticed_at
from mart.source_change_health
order by noticed_at desc, source, detail

-- name: checks
select suite, name, passed, checked_at
from mart.check_health
order by passed, suite, name

-- name: gates
select name, is_open, reason, changed_at
from mart.gate_health
order by name
