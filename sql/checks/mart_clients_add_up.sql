-- Guards against clients counted twice or not at all under an attribution model.
select model.attribution_model as subject
from mart.build
cross join lateral unnest(build.attribution_models) as model (attribution_model)
left join (
    select attribution_model, sum(unique_clients) as clients, sum(qualified_clients) as qualified, sum(new_clients) as new
    from mart.cost_per_channel_campaign_day
    group by attribution_model
) as cost using (attribution_model)
where (coalesce(cost.clients, 0), coalesce(cost.qualified, 0), coalesce(cost.new, 0)) <> (
    select build.clients, count(*) filter (where is_qualified), count(*) filter (where is_new) from mart.client
)
