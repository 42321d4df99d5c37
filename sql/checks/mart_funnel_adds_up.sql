-- Guards against clients, leads or money that a step of the funnel loses or doubles: each column adds up to what was counted elsewhere.
select 'funnel' as subject
from mart.build
cross join (
    select coalesce(sum(leads), 0) as leads, coalesce(sum(genuine_leads), 0) as genuine, coalesce(sum(clients), 0) as clients,
           coalesce(sum(qualified_clients), 0) as qualified, coalesce(sum(clients_with_deal), 0) as with_deal,
           coalesce(sum(clients_won), 0) as won, coalesce(sum(spend), 0) as spend
    from mart.funnel_per_channel_campaign_day
) as funnel
cross join (
    select count(*) filter (where is_qualified) as qualified, count(*) filter (where deals > 0) as with_deal,
           count(*) filter (where deals_won > 0) as won
    from mart.client
) as client
where (funnel.leads, funnel.genuine, funnel.clients, funnel.qualified, funnel.with_deal, funnel.won, funnel.spend)
    <> (build.raw_leads, build.raw_leads - build.rejected_leads, build.clients, client.qualified, client.with_deal, client.won, build.spend)
