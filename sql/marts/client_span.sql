-- mart.client_span. Grain: client, span. Owner: clients over time.
-- A purchase on or after the day on which the client was lost begins a new span. A month is a calendar month: what is bought on the
-- 31st is a month old on the last day of a shorter one. Deals without an amount in the reporting currency are purchases for nothing.
insert into mart.client_span (client_id, span, started_on, last_won_on, settled_on, lost_on, won_days, deals_won, revenue)
with per_day as (
    select client_id, day, cast(day + make_interval(months => :lost_after_months) as date) as lost_on,
           count(*) as deals_won, coalesce(sum(revenue), 0) as revenue
    from client_purchase
    group by client_id, day
),

begun as (
    select *, coalesce(day >= lag(lost_on) over (partition by client_id order by day), true) as begins
    from per_day
),

numbered as (
    select *, count(*) filter (where begins) over (partition by client_id order by day) as span
    from begun
)

select
    client_id,
    span,
    min(day),
    max(day),
    cast(min(day) + make_interval(months => :new_for_months) as date),
    max(lost_on),
    count(*),
    sum(deals_won),
    sum(revenue)
from numbered
group by client_id, span;
