-- Guards against leads lost between core and the marts, per attribution model; and against marts that were touched by hand.
select 'touchpoints' as subject
from mart.build
where leads <> (select count(*) from mart.touchpoint)
union all
select model.attribution_model
from mart.build
cross join lateral unnest(build.attribution_models) as model (attribution_model)
left join (
    select attribution_model, sum(raw_leads) as raw_leads, sum(rejected_leads) as rejected_leads
    from mart.cost_per_channel_campaign_day
    group by attribution_model
) as cost using (attribution_model)
where (coalesce(cost.raw_leads, 0), coalesce(cost.rejected_leads, 0)) <> (build.raw_leads, build.rejected_leads)
