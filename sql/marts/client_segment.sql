-- mart.client_segment. Grain: client who ever bought. Owner: clients over time.
insert into mart.client_segment (client_id, segment, since_day, first_won_day, last_won_day, won_days, deals_won, revenue)
select now.client_id, now.segment, now.since_day, ever.first_won_day, ever.last_won_day, ever.won_days, ever.deals_won, ever.revenue
from mart.client_segment_on(cast(:day as date)) as now
inner join (
    select client_id, min(started_on) as first_won_day, max(last_won_on) as last_won_day, sum(won_days) as won_days,
           sum(deals_won) as deals_won, sum(revenue) as revenue
    from mart.client_span
    group by client_id
) as ever using (client_id);
