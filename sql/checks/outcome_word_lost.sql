-- Guards against a manager's verdict that is said to have been heard and stands nowhere, or stands twice: junk would be counted as a lead, or
-- a verdict that the CRM took back would stay.
select subject
from (
    select word.subject, count(decision.decision_id) as written
    from core.outcome_word as word
    left join core.decision on decision.decision_id = word.decision_id and decision.actor_kind = 'person'
        and decision.kind = word.kind and decision.lead_ids[1] = word.lead_id and decision.evidence ->> 'outcome' = word.subject
    where word.came_to = 'judged'
    group by word.subject
) as heard
where written <> 1
union all
select judgement.subject
from (
    select decision.evidence ->> 'outcome' as subject, judgement.kind
    from core.judgement
    inner join core.decision using (decision_id)
    where decision.evidence ? 'outcome'
) as judgement
group by judgement.subject, judgement.kind
having count(*) > 1
