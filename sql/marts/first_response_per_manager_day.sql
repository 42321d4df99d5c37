-- mart.first_response_per_manager_day. Grain: manager, day of the lead. Owner: outcomes.
-- Each lead once: the earliest answer that any deal or record which came of it tells, and who gave it.
insert into mart.first_response_per_manager_day
    (manager, day, leads, responses, seconds_to_response, within_5_minutes, within_1_hour, within_1_day)
with answered as (
    select distinct on (lead.lead_id)
        outcome.manager, lead.day,
        case when outcome.first_response_at >= lead.occurred_at
             then cast(extract(epoch from outcome.first_response_at - lead.occurred_at) as bigint) end as seconds
    from told_outcome as outcome
    inner join lateral (
        select touchpoint.lead_id, touchpoint.occurred_at, touchpoint.day
        from mart.touchpoint
        where touchpoint.client_id = outcome.client_id and touchpoint.state = 'accepted' and touchpoint.source_kind <> 'crm'
          and case when cast(outcome.opened_at at time zone cast(:timezone as text) as time) = '00:00' then touchpoint.occurred_at < outcome.opened_at + interval '1 day'
                   else touchpoint.occurred_at <= outcome.opened_at + make_interval(secs => :slack) end
        order by touchpoint.occurred_at desc, touchpoint.lead_id desc
        limit 1
    ) as lead on true
    where outcome.manager <> '' or outcome.first_response_at is not null
    order by lead.lead_id, outcome.first_response_at < lead.occurred_at, outcome.first_response_at nulls last, outcome.subject
)
select
    manager, day, count(*), count(seconds), coalesce(sum(seconds), 0),
    count(*) filter (where seconds <= 300), count(*) filter (where seconds <= 3600), count(*) filter (where seconds <= 86400)
from answered
group by manager, day;
