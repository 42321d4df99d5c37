-- mart.client. Grain: living client with an enquiry that is not rejected, or the account that such clients count as. Owner: attribution.
-- first_touch: the earliest touchpoint. last_non_direct: the latest one that something brought; while all are direct, the
-- latest. Touchpoints after the day of the deal that made a client new cannot have won it and do not take part.
-- A visit that the form remembered is a touch just before its lead's own.
-- known: since when the CRM knows a client, from its history. Deals older than the first touch say that a client returns; they
-- are no revenue of what brought that touch.
insert into fresh_client
with touch as (
    select touchpoint.client_id, touchpoint.lead_id, visit.is_earlier, touchpoint.occurred_at, touchpoint.day, touchpoint.site,
           visit.channel, visit.campaign, visit.is_direct, touchpoint.state
    from due_client
    inner join mart.touchpoint using (client_id)
    cross join lateral (
        values (false, touchpoint.channel, touchpoint.campaign, touchpoint.is_direct),
               (true, touchpoint.earlier_channel, touchpoint.earlier_campaign, false)
    ) as visit (is_earlier, channel, campaign, is_direct)
    where touchpoint.state <> 'rejected' and visit.channel is not null
),

first_touch as (
    select distinct on (client_id) client_id, lead_id, occurred_at, day, site, channel, campaign
    from touch
    order by client_id, occurred_at, lead_id, is_earlier desc
),

counted as (
    select client_id, count(*) filter (where not is_earlier) as lead_count, max(occurred_at) as last_touch_at, max(day) as last_touch_day,
           bool_or(state = 'accepted') as is_accepted
    from touch
    group by client_id
),

outcome as (
    select deal.client_id,
           bool_or(deal.stage in ('qualified', 'won')) as is_qualified,
           min(deal.day) filter (where deal.stage = 'won') as first_won_day,
           count(*) filter (where deal.stage = 'won' and deal.day >= first_touch.day) as deals_won,
           coalesce(sum(deal.amount) filter (where deal.stage = 'won' and deal.day >= first_touch.day), 0) as revenue,
           count(*) filter (where deal.day >= first_touch.day) as deals,
           min(deal.opened_at) filter (where deal.day >= first_touch.day) as first_deal_at,
           min(deal.last_at) filter (where deal.stage = 'won' and deal.day >= first_touch.day) as first_won_at
    from first_touch
    inner join mart.deal on deal.client_id = first_touch.client_id
    group by deal.client_id
),

-- Who counts as each that is due: itself, or the clients of the account.
person as not materialized (
    select client_id, client_id as person_id from due_client
    union all
    select account.account_id, account.client_id
    from due_client
    inner join core.counted_account(:unit) as account on account.account_id = due_client.client_id
),

known as (
    select person.client_id, min(cast(lead.received_at at time zone cast(:timezone as text) as date)) as since_day
    from person
    inner join core.membership on membership.client_id = person.person_id
    inner join core.lead on lead.lead_id = membership.lead_id and lead.source_kind = 'crm'
    where membership.to_decision is null
    group by person.client_id
),

reachable as (
    select distinct person.client_id
    from person
    inner join core.client on client.client_id = person.person_id
    where cardinality(client.phones) + cardinality(client.emails) > 0
),

last_non_direct as (
    select distinct on (touch.client_id)
        touch.client_id, touch.lead_id, touch.occurred_at, touch.day, touch.site, touch.channel, touch.campaign
    from touch
    inner join first_touch on first_touch.client_id = touch.client_id
    left join outcome on outcome.client_id = touch.client_id
    where outcome.first_won_day is null
       or outcome.first_won_day < first_touch.day
       or touch.day <= outcome.first_won_day
    order by touch.client_id, touch.is_direct, touch.occurred_at desc, touch.lead_id desc, touch.is_earlier
)

select
    first_touch.client_id,
    counted.lead_count,
    first_touch.lead_id,
    first_touch.occurred_at,
    first_touch.day,
    first_touch.site,
    first_touch.channel,
    first_touch.campaign,
    last_non_direct.lead_id,
    last_non_direct.occurred_at,
    last_non_direct.day,
    last_non_direct.site,
    last_non_direct.channel,
    last_non_direct.campaign,
    counted.last_touch_at,
    counted.last_touch_day,
    case cast(:qualified_by as text)
        when 'deal' then coalesce(outcome.is_qualified, false)
        else counted.is_accepted and reachable.client_id is not null
    end,
    coalesce(outcome.first_won_day >= first_touch.day, false) and coalesce(known.since_day >= first_touch.day, true),
    coalesce(outcome.first_won_day < counted.last_touch_day, false) or coalesce(known.since_day < first_touch.day, false),
    outcome.first_won_day,
    coalesce(outcome.deals_won, 0),
    coalesce(outcome.revenue, 0),
    known.since_day,
    coalesce(outcome.deals, 0),
    outcome.first_deal_at,
    outcome.first_won_at
from first_touch
inner join counted using (client_id)
inner join last_non_direct using (client_id)
left join reachable using (client_id)
left join outcome using (client_id)
left join known using (client_id);
