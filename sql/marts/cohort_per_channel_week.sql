-- mart.cohort_per_channel_week. Grain: week of first contact, its site and channel, week of what was done. Owner: attribution.
-- Read by the week of what was done, so that a new day reads one week of touchpoints and not the whole past of its clients.
insert into fresh_cohort_per_channel_week
    (first_week, site, channel, week, clients, active_clients, leads, repeat_leads, deals_opened, deals_won, revenue)
with span as (
    select distinct week from due_week
),

fact as (
    select span.week, touchpoint.client_id, touchpoint.client_id as active_id, 1 as leads,
           cast(touchpoint.lead_id = client.first_touch_lead_id as integer) as clients, 0 as deals_opened, 0 as deals_won, 0 as revenue
    from span
    inner join mart.touchpoint on touchpoint.day between span.week and span.week + 6
    inner join mart.client on client.client_id = touchpoint.client_id
    where touchpoint.state <> 'rejected'
    union all
    select span.week, deal.client_id, null, 0, 0, 1, 0, 0
    from span
    inner join mart.deal on deal.opened_day between span.week and span.week + 6
    inner join mart.client on client.client_id = deal.client_id and client.first_touch_day <= deal.opened_day
    union all
    select span.week, deal.client_id, null, 0, 0, 0, 1, coalesce(deal.amount, 0)
    from span
    inner join mart.deal on deal.day between span.week and span.week + 6 and deal.stage = 'won'
    inner join mart.client on client.client_id = deal.client_id and client.first_touch_day <= deal.day
)

select
    due_week.first_week,
    due_week.site,
    due_week.channel,
    due_week.week,
    sum(fact.clients),
    count(distinct fact.active_id),
    sum(fact.leads),
    sum(fact.leads) - sum(fact.clients),
    sum(fact.deals_opened),
    sum(fact.deals_won),
    sum(fact.revenue)
from fact
inner join mart.client on client.client_id = fact.client_id
inner join due_week
    on due_week.first_week = cast(date_trunc('week', client.first_touch_day) as date) and due_week.site = client.first_touch_site
   and due_week.channel = client.first_touch_channel and due_week.week = fact.week
group by due_week.first_week, due_week.site, due_week.channel, due_week.week;
