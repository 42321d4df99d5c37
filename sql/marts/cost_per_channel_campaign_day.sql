-- mart.cost_per_channel_campaign_day. Grain: attribution model, day, site, channel, campaign. Owner: attribution.
-- Every fact enters exactly once per model as a row of `fact`, whole or in shares that add up to one, and is only added up: sums in =
-- sums out. Money spent is never spread: spend without leads and leads without spend keep rows of their own.
insert into fresh_cost_per_channel_campaign_day
    (attribution_model, day, site, channel, campaign, raw_leads, rejected_leads, unique_clients, qualified_clients, new_clients,
     returning_clients, spend, currency, deals_won, revenue)
with model (attribution_model) as (
    select unnest(cast(:models as text[]))
),

lead_fact as (
    select day, site, channel, campaign, count(*) as raw_leads, count(*) filter (where state = 'rejected') as rejected_leads
    from due_cell
    inner join mart.touchpoint using (day, site, channel, campaign)
    where counts_as_lead
    group by day, site, channel, campaign
),

returning_fact as (
    select touchpoint.day, touchpoint.site, touchpoint.channel, touchpoint.campaign,
           count(distinct touchpoint.client_id) as returning_clients
    from due_cell
    inner join mart.touchpoint using (day, site, channel, campaign)
    inner join mart.client on client.client_id = touchpoint.client_id
    where touchpoint.state <> 'rejected'
      and (client.first_won_day < touchpoint.day or client.known_since_day < client.first_touch_day)
    group by touchpoint.day, touchpoint.site, touchpoint.channel, touchpoint.campaign
),

client_place as (
    select model.attribution_model, credit.day, credit.site, credit.channel, credit.campaign, model.share, client.is_qualified,
           client.is_new, client.deals_won, client.revenue
    from due_cell
    inner join mart.credit using (day, site, channel, campaign)
    inner join mart.client on client.client_id = credit.client_id
    cross join lateral (
        values ('first_touch', credit.first_touch), ('last_touch', credit.last_touch), ('last_non_direct', credit.last_non_direct),
               ('linear', credit.linear), ('time_decay', credit.time_decay), ('position_based', credit.position_based),
               ('data_driven', credit.data_driven)
    ) as model (attribution_model, share)
    where model.share > 0
),

-- Deals won by somebody who is no client of ours, or not known yet, or before the first touch: no lead brought them.
stray_deal as (
    select deal.day, count(*) as deals_won, coalesce(sum(deal.amount), 0) as revenue
    from due_cell
    inner join mart.deal on deal.day = due_cell.day and deal.stage = 'won'
    left join mart.client on client.client_id = deal.client_id and client.first_touch_day <= deal.day
    where due_cell.site = '' and due_cell.channel = :unattributed and due_cell.campaign = '' and client.client_id is null
    group by deal.day
),

spend_fact as (
    select day, site, channel, campaign, sum(spend_reporting) as spend
    from due_cell
    inner join mart.spend_per_channel_campaign_day_currency using (day, site, channel, campaign)
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
    select attribution_model, day, site, channel, campaign, 0, 0, share, cast(is_qualified as integer) * share,
           cast(is_new as integer) * share, 0, 0, deals_won * share, revenue * share
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
    trim_scale(sum(unique_clients)),
    trim_scale(sum(qualified_clients)),
    trim_scale(sum(new_clients)),
    sum(returning_clients),
    sum(spend),
    :currency,
    trim_scale(sum(deals_won)),
    trim_scale(sum(revenue))
from fact
group by attribution_model, day, site, channel, campaign;
