-- Guards against a past that does not lead to the present: what was reported last is what the marts say now.
select 'costs of ' || attribution_model as subject
from (
    select attribution_model, sum(raw_leads), sum(unique_clients), sum(qualified_clients), sum(new_clients), sum(returning_clients), sum(spend),
           sum(deals_won), sum(revenue), count(*)
    from mart.cost_per_channel_campaign_day
    group by attribution_model
    except
    select attribution_model, sum(raw_leads), sum(unique_clients), sum(qualified_clients), sum(new_clients), sum(returning_clients), sum(spend),
           sum(deals_won), sum(revenue), count(*)
    from mart.cost_per_channel_campaign_day_history
    where reported_to = '9999-12-31'
    group by attribution_model
) as cost
union all
select place
from (
    select 'spend' as place, count(*), sum(spend_original), sum(spend_reporting) from mart.spend_per_channel_campaign_day_currency
    union all
    select 'rejections', count(*), sum(leads), 0 from mart.rejection_per_channel_day_stage
    union all
    select 'funnel', count(*), sum(leads), sum(clients_won) from mart.funnel_per_channel_campaign_day
    union all
    select 'cohorts', count(*), sum(leads), sum(revenue) from mart.cohort_per_channel_week
    union all
    select 'managers', count(*), sum(deals), sum(revenue) from mart.manager_per_channel_day
    union all
    select 'refusals', count(*), sum(cases), sum(amount) from mart.refusal_per_channel_day
    except
    (
        select 'spend', count(*), sum(spend_original), sum(spend_reporting) from mart.spend_per_channel_campaign_day_currency_history
        where reported_to = '9999-12-31'
        union all
        select 'rejections', count(*), sum(leads), 0 from mart.rejection_per_channel_day_stage_history where reported_to = '9999-12-31'
        union all
        select 'funnel', count(*), sum(leads), sum(clients_won) from mart.funnel_per_channel_campaign_day_history where reported_to = '9999-12-31'
        union all
        select 'cohorts', count(*), sum(leads), sum(revenue) from mart.cohort_per_channel_week_history where reported_to = '9999-12-31'
        union all
        select 'managers', count(*), sum(deals), sum(revenue) from mart.manager_per_channel_day_history where reported_to = '9999-12-31'
        union all
        select 'refusals', count(*), sum(cases), sum(amount) from mart.refusal_per_channel_day_history where reported_to = '9999-12-31'
    )
) as told
