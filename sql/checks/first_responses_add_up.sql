-- Guards against response times that no lead has: an answer counted twice, or within five minutes and not within the hour.
select manager as subject
from mart.first_response_per_manager_day
where not (within_5_minutes <= within_1_hour and within_1_hour <= within_1_day and within_1_day <= responses and responses <= leads)
   or seconds_to_response < 0
union all
select 'responses'
from mart.outcome_build
cross join (
    select coalesce(sum(leads), 0) as leads, coalesce(sum(responses), 0) as responses from mart.first_response_per_manager_day
) as told
where (outcome_build.leads, outcome_build.responses) <> (told.leads, told.responses)
