-- Guards against leads called unworked that are worked, or are no client's any more, and against a list that lost some since it was built.
select cast(unworked_lead.client_id as text) as subject
from mart.unworked_lead
cross join mart.outcome_build
left join mart.touchpoint using (lead_id)
where touchpoint.client_id is distinct from unworked_lead.client_id
   or touchpoint.state <> 'accepted'
   or unworked_lead.idle_since > outcome_build.idle_from
   or not outcome_build.is_told
union all
select 'unworked leads'
from mart.outcome_build
where outcome_build.unworked <> (select count(*) from mart.unworked_lead)
