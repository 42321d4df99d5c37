-- Guards against deals and revenue that no manager's row has, or two have.
select 'managers' as subject
from mart.build
cross join (
    select coalesce(sum(deals), 0) as deals, coalesce(sum(deals_won), 0) as deals_won, coalesce(sum(revenue), 0) as revenue,
           coalesce(sum(clients), 0) as clients
    from mart.manager_per_channel_day
) as manager
where (manager.deals, manager.deals_won, manager.revenue, manager.clients)
    <> (build.deals, build.deals_won, build.revenue, (select count(*) from mart.client where deals > 0))
