-- Guards against turnover lost or doubled between the deals and the tables of clients over time, and against classes that leave some out.
select told.subject
from mart.client_build
cross join lateral (
    select 'span' as subject, coalesce(sum(deals_won), 0) as deals_won, coalesce(sum(revenue), 0) as revenue from mart.client_span
    union all
    select 'revenue_month', coalesce(sum(deals_won), 0), coalesce(sum(revenue), 0) from mart.client_revenue_month
    union all
    select 'segment', coalesce(sum(deals_won), 0), coalesce(sum(revenue), 0) from mart.client_segment
) as told
where (told.deals_won, told.revenue) <> (client_build.deals_won, client_build.revenue)
union all
select 'abc_xyz'
from mart.client_build
where (select (coalesce(sum(deals_won), 0), coalesce(sum(revenue), 0)) from mart.client_abc_xyz)
      <> (select (coalesce(sum(deals_won), 0), coalesce(sum(revenue), 0))
          from mart.client_revenue_month
          where month >= client_build.first_month
            and month < client_build.first_month + make_interval(months => client_build.months_per_period * client_build.periods))
