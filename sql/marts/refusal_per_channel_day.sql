-- mart.refusal_per_channel_day. Grain: day, site, channel, step, outcome, reason. Owner: attribution.
insert into fresh_refusal_per_channel_day (day, site, channel, step, outcome, reason, cases, amount)
select due_day.day, touchpoint.site, touchpoint.channel, 'lead', 'rejected', touchpoint.stage, count(*), 0
from due_day
inner join mart.touchpoint on touchpoint.day = due_day.day and touchpoint.state = 'rejected'
group by due_day.day, touchpoint.site, touchpoint.channel, touchpoint.stage
union all
select
    due_day.day,
    coalesce(client.first_touch_site, ''),
    coalesce(client.first_touch_channel, :unattributed),
    case deal.reached when 'new' then 'deal' else 'qualified' end,
    deal.stage,
    deal.lost_reason,
    count(*),
    coalesce(sum(deal.amount), 0)
from due_day
inner join mart.deal on deal.day = due_day.day and deal.stage in ('lost', 'junk')
left join mart.client on client.client_id = deal.client_id and client.first_touch_day <= deal.day
group by
    due_day.day, coalesce(client.first_touch_site, ''), coalesce(client.first_touch_channel, :unattributed),
    case deal.reached when 'new' then 'deal' else 'qualified' end, deal.stage, deal.lost_reason;
