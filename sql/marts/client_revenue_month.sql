-- mart.client_revenue_month. Grain: client, month in which they bought. Owner: clients over time.
insert into mart.client_revenue_month (client_id, month, deals_won, deals_without_amount, revenue)
select client_id, cast(date_trunc('month', day) as date), count(*), count(*) - count(revenue), coalesce(sum(revenue), 0)
from client_purchase
group by client_id, cast(date_trunc('month', day) as date);
