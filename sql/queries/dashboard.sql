-- What the dashboard shows. Run as leadfold_marketing: marts only, no data of people.

-- name: build
select built_at, timezone, currency, unit
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
-- Leads have few sites: the index is entered once for each, instead of read whole.
with recursive of_lead (site) as (
    select min(site) from mart.touchpoint
    union all
    select (select min(touchpoint.site) from mart.touchpoint where touchpoint.site > of_lead.site) from of_lead where of_lead.site is not null
)
select site
from mart.cost_per_channel_campaign_day
where attribution_model = (select attribution_models[1] from mart.build)
union
select site
from of_lead
where site is not null
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

-- name: costs_as_reported
-- The same as the last build of a day, or before it, told them.
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
from mart.cost_as_of(cast(:as_of as date))
where attribution_model = :model
    and day between :first_day and :last_day
    and (cast(:site as text) is null or site = :site)
group by grouping sets ((channel, campaign), (cast(date_trunc(:period, day) as date), channel))
order by period, channel, campaign

-- name: reported_days
-- The days on which something was reported anew, the newest first; the first of all is that of the first build.
select distinct reported_from as day
from mart.cost_per_channel_campaign_day_history
order by day desc
limit 400

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

-- name: verdicts
-- One walk through the index of leads; channels, campaigns and stages are added up from it.
select channel, campaign, state, stage, count(*) as leads
from mart.touchpoint
where day between :first_day and :last_day
    and (cast(:site as text) is null or site = :site)
group by channel, campaign, state, stage
order by channel, campaign, state, stage

-- name: junk_by_stage
select channel, stage, state, rule, sum(leads) as leads
from mart.rejection_per_channel_day_stage
where day between :first_day and :last_day
    and (cast(:site as text) is null or site = :site)
group by channel, stage, state, rule
order by channel, stage, state, rule

-- name: junk_leads
select lead_id, occurred_at, source, source_kind, site, channel, campaign, state, stage, rule, by_person
from mart.junk_lead
where day between :first_day and :last_day
    and (cast(:site as text) is null or site = :site)
    and (cast(:stage as text) is null or stage = :stage)
    and (cast(:channel as text) is null or channel = :channel)
order by occurred_at desc, lead_id
limit :most

-- name: claims
-- Rejected leads of paid channels whose stage somebody gives money back for: ad networks, and who sells leads by the piece.
select lead_id, occurred_at, source, site, channel, campaign, campaign_id, platform, stage, rule, by_person, click_ids
from mart.junk_lead
where day between :first_day and :last_day
    and (cast(:site as text) is null or site = :site)
    and state = 'rejected'
    and (
        (channel = any(cast(:of_networks as text[])) and stage = any(cast(:by_networks as text[])))
        or (channel = any(cast(:of_sellers as text[])) and stage = any(cast(:by_sellers as text[])))
    )
order by occurred_at desc, lead_id
limit :most

-- name: leads_behind
-- The leads that a count of raw leads, or of junk among them, is made of.
select lead_id, client_id, occurred_at, source, source_kind, site, channel, campaign, state, stage
from mart.touchpoint
where counts_as_lead
    and day between :first_day and :last_day
    and (cast(:site as text) is null or site = :site)
    and (cast(:channel as text) is null or channel = :channel)
    and (cast(:campaigns as text[]) is null or campaign = any(cast(:campaigns as text[])))
    and (not cast(:only_rejected as boolean) or state = 'rejected')
order by occurred_at desc, lead_id
limit :most

-- name: count_leads_behind
select count(*)
from mart.touchpoint
where counts_as_lead
    and day between :first_day and :last_day
    and (cast(:site as text) is null or site = :site)
    and (cast(:channel as text) is null or channel = :channel)
    and (cast(:campaigns as text[]) is null or campaign = any(cast(:campaigns as text[])))
    and (not cast(:only_rejected as boolean) or state = 'rejected')

-- name: sums_behind_unique
-- How many clients a count of clients is made of, and their shares; every client that has a share is in mart.client.
select count(distinct client_id) as clients, coalesce(trim_scale(sum(share)), 0) as shares
from (
    select
        client_id,
        case cast(:model as text)
            when 'first_touch' then first_touch
            when 'last_touch' then last_touch
            when 'last_non_direct' then last_non_direct
            when 'linear' then linear
            when 'time_decay' then time_decay
            when 'position_based' then position_based
            when 'data_driven' then data_driven
        end as share
    from mart.credit
    where day between :first_day and :last_day
        and (cast(:site as text) is null or site = :site)
        and (cast(:channel as text) is null or channel = :channel)
        and (cast(:campaigns as text[]) is null or campaign = any(cast(:campaigns as text[])))
) as credited
where share > 0

-- name: newest_clients_behind
-- The clients that a count of clients is made of, the newest first, each with the share that this place has in it. For counts of so many
-- clients that the first of them are soon found on the way through all clients.
select
    client.client_id, trim_scale(shared.share) as share, client.lead_count, client.first_touch_at, client.first_touch_channel,
    client.last_touch_at, client.is_qualified, client.is_new, client.is_returning, client.first_won_day, client.deals_won, client.revenue,
    trim_scale(shared.share * client.revenue) as revenue_here
from (select * from mart.client order by last_touch_at desc, client_id offset 0) as client
cross join lateral (
    select sum(share) as share
    from (
        select
        case cast(:model as text)
            when 'first_touch' then first_touch
            when 'last_touch' then last_touch
            when 'last_non_direct' then last_non_direct
            when 'linear' then linear
            when 'time_decay' then time_decay
            when 'position_based' then position_based
            when 'data_driven' then data_driven
        end as share
        from mart.credit
    where day between :first_day and :last_day
        and (cast(:site as text) is null or site = :site)
        and (cast(:channel as text) is null or channel = :channel)
        and (cast(:campaigns as text[]) is null or campaign = any(cast(:campaigns as text[])))
            and credit.client_id = client.client_id
    ) as credited
) as shared
where shared.share > 0
order by client.last_touch_at desc, client.client_id
limit :most

-- name: clients_behind
-- The same where they are few.
with shared as (
    select client_id, sum(share) as share
    from (
        select
            client_id,
    case cast(:model as text)
            when 'first_touch' then first_touch
            when 'last_touch' then last_touch
            when 'last_non_direct' then last_non_direct
            when 'linear' then linear
            when 'time_decay' then time_decay
            when 'position_based' then position_based
            when 'data_driven' then data_driven
        end as share
        from mart.credit
        where day between :first_day and :last_day
        and (cast(:site as text) is null or site = :site)
        and (cast(:channel as text) is null or channel = :channel)
        and (cast(:campaigns as text[]) is null or campaign = any(cast(:campaigns as text[])))
    ) as credited
    where share > 0
    group by client_id
)
select
    shared.client_id, trim_scale(shared.share) as share, client.lead_count, client.first_touch_at, client.first_touch_channel,
    client.last_touch_at, client.is_qualified, client.is_new, client.is_returning, client.first_won_day, client.deals_won, client.revenue,
    trim_scale(shared.share * client.revenue) as revenue_here
from shared
inner join mart.client as client using (client_id)
order by client.last_touch_at desc, shared.client_id
limit :most

-- name: chosen_clients_behind
-- Those among them that are qualified, new, or have bought: few of all clients, so that they are looked for first. The sums are those of
-- all of them, also of those beyond the limit.
with chosen as materialized (
    select
        client_id, lead_count, first_touch_at, first_touch_channel, last_touch_at, is_qualified, is_new, is_returning, first_won_day,
        deals_won, revenue
    from mart.client
    where case cast(:kind as text) when 'qualified' then is_qualified when 'new' then is_new else deals_won > 0 end
),
shared as (
    select client_id, sum(share) as share
    from (
        select
            client_id,
    case cast(:model as text)
            when 'first_touch' then first_touch
            when 'last_touch' then last_touch
            when 'last_non_direct' then last_non_direct
            when 'linear' then linear
            when 'time_decay' then time_decay
            when 'position_based' then position_based
            when 'data_driven' then data_driven
        end as share
        from chosen
        inner join mart.credit using (client_id)
        where day between :first_day and :last_day
        and (cast(:site as text) is null or site = :site)
        and (cast(:channel as text) is null or channel = :channel)
        and (cast(:campaigns as text[]) is null or campaign = any(cast(:campaigns as text[])))
    ) as credited
    where share > 0
    group by client_id
)
select
    shared.client_id, trim_scale(shared.share) as share, client.lead_count, client.first_touch_at, client.first_touch_channel,
    client.last_touch_at, client.is_qualified, client.is_new, client.is_returning, client.first_won_day, client.deals_won, client.revenue,
    trim_scale(shared.share * client.revenue) as revenue_here,
    count(*) over () as clients,
    trim_scale(sum(shared.share) over ()) as shares,
    trim_scale(sum(shared.share * client.revenue) over ()) as money
from shared
inner join chosen as client using (client_id)
order by client.last_touch_at desc, shared.client_id
limit :most

-- name: stray_deals
-- Won deals of somebody whom no lead brought before: they count as revenue of unattributed leads.
select deal.deal_id, deal.last_at, deal.client_id, deal.amount
from mart.deal
where deal.stage = 'won'
    and deal.day between :first_day and :last_day
    and not exists (
        select from mart.client where client.client_id = deal.client_id and client.first_touch_day <= deal.day
    )
order by deal.last_at desc, deal.deal_id

-- name: spend_behind
select day, site, channel, campaign, currency, spend_original, spend_reporting, unconverted, clicks, impressions
from mart.spend_per_channel_campaign_day_currency
where day between :first_day and :last_day
    and (cast(:site as text) is null or site = :site)
    and (cast(:channel as text) is null or channel = :channel)
    and (cast(:campaigns as text[]) is null or campaign = any(cast(:campaigns as text[])))
    and (cast(:currency as text) is null or currency = :currency)
    and (spend_original <> 0 or spend_reporting <> 0)
order by day desc, site, channel, campaign, currency

-- name: people_of_leads
-- Read as leadfold_resolver, for viewers who may see people.
select
    lead.lead_id,
    lead.name_full,
    lead.company_name,
    jsonb_path_query_array(lead.phones, '$[*].e164') as phones,
    jsonb_path_query_array(lead.emails, '$[*].address') as emails,
    lead.message,
    lead.subject,
    coalesce(classification.evidence, '') as evidence
from core.lead
left join core.classification using (lead_id)
where lead.lead_id = any(cast(:lead_ids as uuid[]))

-- name: people_of_clients
-- Read as leadfold_resolver, for viewers who may see people.
-- Where companies are counted, an account stands for its clients.
select client_id, name, company, phones, emails
from core.client
where client_id = any(cast(:client_ids as uuid[]))
union all
select
    account.account_id,
    '',
    account.name,
    array(
        select distinct phone
        from core.account_member as member inner join core.client using (client_id) cross join unnest(client.phones) as phone
        where member.account_id = account.account_id and member.to_decision is null
        order by phone
    ),
    array(
        select distinct email
        from core.account_member as member inner join core.client using (client_id) cross join unnest(client.emails) as email
        where member.account_id = account.account_id and member.to_decision is null
        order by email
    )
from core.account
where account.account_id = any(cast(:client_ids as uuid[]))

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

-- name: consumers
select consumer, kind, seen_at, behind, behind_since, held, parked, paused_until, problem
from mart.consumer_health
order by parked desc, behind_since, consumer

-- name: unworked
-- Leads that nobody works, by manager ('': nobody is named), and for how many days at least.
select manager, count(*) as leads, cast(extract(day from outcome_build.built_at - outcome_build.idle_from) as integer) as days
from mart.unworked_lead
cross join mart.outcome_build
group by manager, days
order by leads desc, manager

-- name: checks
select suite, name, passed, checked_at
from mart.check_health
order by passed, suite, name

-- name: gates
select name, is_open, reason, changed_at
from mart.gate_health
order by name
