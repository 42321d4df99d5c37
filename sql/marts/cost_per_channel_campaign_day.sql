-- mart.cost_per_channel_campaign_day. Grain: attribution model, day, site, channel, campaign. Owner: attribution.
-- Every fact enters exactly once per model as a row of `fact` and is only added up: sums in = sums out. Nothing is spread:
-- spend without leads and leads without spend keep rows of their own.
insert into mart.cost_per_channel_campaign_day
    (attribution_model, day, site, channel, campaign, raw_leads, rejected_leads, unique_clients, qualified_clients, new_clients,
     returning_clients, spend, currency, deals_won, revenue)
with model (attribution_model) as (
    values ('first_touch'), ('last_non_direct')
),

lead_fact as (
    select day, site, channel, campaign, count(*) as raw_leads, count(*) filter (where state = 'rejected') as rejected_leads
    from mart.touchpoint
    where counts_as_lead
    group by day, site, channel, campaign
),

returning_fact as (
    select touchpoint.day, touchpoint.site, touchpoint.channel, touchpoint.campaign,
           count(distinct touchpoint.client_id) as returning_clients
    from mart.touchpoint
    inner join mart.client on client.client_id = touchpoint.client_id
    where touchpoint.state <> 'rejected'
      and (client.first_won_day < touchpoint.day or client.known_since_day < client.first_touch_day)
    group by touchpoint.day, touchpoint.site, touchpoint.channel, touchpoint.campaign
),

client_place as (
    select 'first_touch' as attribution_model, first_touch_day as day, first_touch_site as site, first_touch_channel as channel,
           first_touch_campaign as campaign, is_qualified, is_new, deals_won, revenue
    from mart.client
    union all
    select 'last_non_direct', last_non_direct_day, last_non_direct_site, last_non_direct_channel, last_non_direct_campaign,
           is_qualified, is_new, deals_won, revenue
    from mart.client
),

-- Deals won by somebody who is no client of ours, or not known yet, or before the first touch: no lead brought them.
stray_deal as (
    select won.day, count(*) as deals_won, coalesce(sum(won.amount_reporting), 0) as revenue
    from (
        select coalesce(client_alias.living_id, deal.client_id) as client_id, deal.amount_reporting,
               cast(coalesce(deal.closed_at, deal.opened_at) at time zone cast(:timezone as text) as date) as day
        from core.deal
        left join core.client_alias on client_alias.client_id = deal.client_id
        where deal.stage = 'won'
    ) as won
    where not exists (select from mart.client where client.client_id = won.client_id and client.first_touch_day <= won.day)
    group by won.day
),

spend_fact as (
    select day, site, channel, campaign, sum(coalesce(spend_reporting, 0)) as spend
    from core.spend
    group by day, site, channel, campaign
),

fact as (
    select attribution_model, day, site, channel, campaign, raw_leads, rejected_leads, 0 as unique_clients, 0 as qualified_clients,
           0 as new_clients, 0 as returning_clients, 0 as spend, 0 as deals_won, 0 as revenue
    from lead_fact cross join model
    union all
    select attribution_model, day, site, channel, campaign, 0, 0, 0, 0, 0, returning_clients, 0, 0, 0
    from returning_fact cross join model
    union all
    select attribution_model, day, site, channel, campaign, 0, 0, 1, cast(is_qualified as integer), cast(is_new as integer), 0, 0,
           deals_won, revenue
    from client_place
    union all
    select attribution_model, day, '', :unattributed, '', 0, 0, 0, 0, 0, 0, 0, deals_won, revenue
    from stray_deal cross join model
    union all
    select attribution_model, day, site, channel, campaign, 0, 0, 0, 0, 0, 0, spend, 0, 0
    from spend_fact cross join model
)

select
    attribution_model,
    day,
    site,
    channel,
    campaign,
    sum(raw_leads),
    sum(rejected_leads),
    sum(unique_clients),
    sum(qualified_clients),
    sum(new_clients),
    sum(returning_clients),
    sum(spend),
    :currency,
    sum(deals_won),
    sum(revenue)
from fact
group by attribution_model, day, site, channel, campaign;
