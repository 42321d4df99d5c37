-- mart.manager_per_channel_day. Grain: manager, day the deal was opened, channel of the client's first touch. Owner: attribution.
-- Deals that no lead brought stand under the channel of what is not attributed. A client is counted once, at its first deal.
insert into fresh_manager_per_channel_day
    (manager, day, channel, deals, deals_qualified, deals_won, deals_lost, deals_junk, revenue, clients, leads, deals_timed, seconds_to_deal)
select
    deal.manager,
    deal.opened_day,
    coalesce(client.first_touch_channel, :unattributed),
    count(*),
    count(*) filter (where deal.reached in ('qualified', 'won')),
    count(*) filter (where deal.stage = 'won'),
    count(*) filter (where deal.stage = 'lost'),
    count(*) filter (where deal.stage = 'junk'),
    coalesce(sum(deal.amount) filter (where deal.stage = 'won'), 0),
    count(client.client_id) filter (where first_deal.is_first),
    coalesce(sum(client.lead_count) filter (where first_deal.is_first), 0),
    count(enquiry.last_at),
    coalesce(sum(cast(extract(epoch from deal.opened_at - enquiry.last_at) as bigint)), 0)
from due_manager
inner join mart.deal on deal.manager = due_manager.manager and deal.opened_day = due_manager.day
left join mart.client on client.client_id = deal.client_id and client.first_touch_day <= deal.day
left join lateral (
    select not exists (
        select from mart.deal as other
        where other.client_id = client.client_id and other.day >= client.first_touch_day
          and (other.opened_at, other.deal_id) < (deal.opened_at, deal.deal_id)
    ) as is_first
) as first_deal on true
left join lateral (
    select max(touchpoint.occurred_at) as last_at
    from mart.touchpoint
    where touchpoint.client_id = client.client_id and touchpoint.state <> 'rejected' and touchpoint.occurred_at <= deal.opened_at
) as enquiry on true
group by deal.manager, deal.opened_day, coalesce(client.first_touch_channel, :unattributed);
