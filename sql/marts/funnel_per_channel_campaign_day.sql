-- mart.funnel_per_channel_campaign_day. Grain: day, site, channel, campaign. Owner: attribution.
-- Leads stand at their own tag, clients with all that became of them at their first touch, money where it was spent: each column
-- equals that of the costs under the model first_touch, wherever that has one and no window cuts the path.
insert into fresh_funnel_per_channel_campaign_day
    (day, site, channel, campaign, leads, genuine_leads, clients, qualified_clients, clients_with_deal, clients_won, seconds_to_deal,
     seconds_to_win, spend, currency)
with fact as (
    select day, site, channel, campaign, count(*) as leads, count(*) filter (where state <> 'rejected') as genuine_leads, 0 as clients,
           0 as qualified_clients, 0 as clients_with_deal, 0 as clients_won, 0 as seconds_to_deal, 0 as seconds_to_win, 0 as spend
    from due_cell
    inner join mart.touchpoint using (day, site, channel, campaign)
    where counts_as_lead
    group by day, site, channel, campaign
    union all
    select due_cell.day, due_cell.site, due_cell.channel, due_cell.campaign, 0, 0, count(*), count(*) filter (where is_qualified),
           count(first_deal_at), count(first_won_at),
           coalesce(sum(greatest(cast(extract(epoch from first_deal_at - first_touch_at) as bigint), 0)) filter (where first_deal_at is not null), 0),
           coalesce(sum(greatest(cast(extract(epoch from first_won_at - first_touch_at) as bigint), 0)) filter (where first_won_at is not null), 0),
           0
    from due_cell
    inner join mart.client
        on client.first_touch_day = due_cell.day and client.first_touch_site = due_cell.site
       and client.first_touch_channel = due_cell.channel and client.first_touch_campaign = due_cell.campaign
    group by due_cell.day, due_cell.site, due_cell.channel, due_cell.campaign
    union all
    select day, site, channel, campaign, 0, 0, 0, 0, 0, 0, 0, 0, sum(spend_reporting)
    from due_cell
    inner join mart.spend_per_channel_campaign_day_currency using (day, site, channel, campaign)
    group by day, site, channel, campaign
)

select
    day,
    site,
    channel,
    campaign,
    sum(leads),
    sum(genuine_leads),
    sum(clients),
    sum(qualified_clients),
    sum(clients_with_deal),
    sum(clients_won),
    sum(seconds_to_deal),
    sum(seconds_to_win),
    sum(spend),
    :currency
from fact
group by day, site, channel, campaign;
