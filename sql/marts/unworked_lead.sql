-- mart.unworked_lead. Grain: client. Owner: outcomes.
-- The client's last genuine lead, where the CRM tells no end of it, plans no step for it, and nothing happened for some days.
insert into mart.unworked_lead
    (client_id, lead_id, received_at, day, site, source, channel, campaign, manager, stage, idle_since, idle_days, idle_bucket, missed_step_at)
with last_lead as (
    select distinct on (touchpoint.client_id) touchpoint.*
    from mart.touchpoint
    where touchpoint.client_id is not null and touchpoint.state = 'accepted' and touchpoint.source_kind <> 'crm'
      and touchpoint.occurred_at >= cast(:look_back_from as timestamptz)
      and cast(:is_told as boolean)
    order by touchpoint.client_id, touchpoint.occurred_at desc, touchpoint.lead_id desc
), worked as (
    select
        last_lead.lead_id,
        -- An end on the day of the lead is its end: days stand for their start.
        bool_or(outcome.stage in ('won', 'lost', 'junk')
                and outcome.ended_at >= date_trunc('day', last_lead.occurred_at, cast(:timezone as text))) as has_ended,
        max(outcome.last_activity_at) filter (where outcome.last_activity_at <= :now) as last_activity_at,
        max(outcome.first_response_at) filter (where outcome.first_response_at <= :now) as first_response_at,
        max(outcome.opened_at) filter (where outcome.stage in ('new', 'qualified') and outcome.opened_at <= :now) as opened_at,
        max(outcome.next_step_at) filter (where outcome.stage in ('new', 'qualified')) as next_step_at,
        max(outcome.next_step_at) filter (where outcome.stage in ('new', 'qualified') and outcome.next_step_at <= :now
                                          and outcome.next_step_at >= last_lead.occurred_at) as missed_step_at
    from last_lead
    inner join told_outcome as outcome using (client_id)
    group by last_lead.lead_id
), idle as (
    select
        last_lead.*, worked.missed_step_at,
        greatest(last_lead.occurred_at, worked.last_activity_at, worked.first_response_at, worked.opened_at) as idle_since
    from last_lead
    left join worked using (lead_id)
    where not coalesce(worked.has_ended, false) and not coalesce(worked.next_step_at > :now, false)
)
select
    idle.client_id, idle.lead_id, idle.occurred_at, idle.day, idle.site, idle.source, idle.channel, idle.campaign,
    coalesce(responsible.manager, ''), coalesce(responsible.stage, ''), idle.idle_since,
    cast(floor(extract(epoch from cast(:now as timestamptz) - idle.idle_since) / 86400) as integer),
    case
        when idle.idle_since > cast(:now as timestamptz) - interval '8 days' then 'up to 7 days'
        when idle.idle_since > cast(:now as timestamptz) - interval '15 days' then '8 to 14 days'
        when idle.idle_since > cast(:now as timestamptz) - interval '31 days' then '15 to 30 days'
        else 'over 30 days'
    end,
    idle.missed_step_at
from idle
left join lateral (
    select outcome.manager, case when outcome.stage in ('new', 'qualified') and outcome.subject like 'deal %' then outcome.stage else '' end as stage
    from told_outcome as outcome
    where outcome.client_id = idle.client_id and outcome.manager <> ''
    order by outcome.stage in ('new', 'qualified') and outcome.subject like 'deal %' desc, outcome.subject like 'status %' desc,
             outcome.opened_at desc, outcome.subject
    limit 1
) as responsible on true
where idle.idle_since <= cast(:idle_from as timestamptz);
