-- Guards against clients counted in two cohorts or none, and against what they did told in no week.
select 'cohorts' as subject
from mart.build
cross join (
    select coalesce(sum(clients), 0) as clients, coalesce(sum(leads), 0) as leads, coalesce(sum(deals_won), 0) as deals_won,
           coalesce(sum(revenue), 0) as revenue
    from mart.cohort_per_channel_week
) as cohort
cross join (
    select coalesce(sum(lead_count), 0) as leads, coalesce(sum(deals_won), 0) as deals_won, coalesce(sum(revenue), 0) as revenue
    from mart.client
) as client
where (cohort.clients, cohort.leads, cohort.deals_won, cohort.revenue) <> (build.clients, client.leads, client.deals_won, client.revenue)
