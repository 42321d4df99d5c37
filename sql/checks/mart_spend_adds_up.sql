-- Guards against money lost or doubled between the files and the marts, per attribution model and in the table by currency.
select model.attribution_model as subject
from mart.build
cross join lateral unnest(build.attribution_models) as model (attribution_model)
left join (
    select attribution_model, sum(spend) as spend from mart.cost_per_channel_campaign_day group by attribution_model
) as cost using (attribution_model)
where coalesce(cost.spend, 0) <> build.spend
union all
select 'by currency'
from mart.build
where spend <> (select coalesce(sum(spend_reporting), 0) from mart.spend_per_channel_campaign_day_currency)
