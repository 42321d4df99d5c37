-- Guards against revenue lost or doubled between the deals and the marts, per attribution model.
select model.attribution_model as subject
from mart.build
cross join lateral unnest(build.attribution_models) as model (attribution_model)
left join (
    select attribution_model, sum(deals_won) as deals_won, sum(revenue) as revenue
    from mart.cost_per_channel_campaign_day
    group by attribution_model
) as cost using (attribution_model)
where (coalesce(cost.deals_won, 0), coalesce(cost.revenue, 0)) <> (build.deals_won, build.revenue)
