-- Guards against junk in the CRM: a lead that was rejected before the last finished fold began and still belongs to a client.
select cast(classification.lead_id as text) as subject
from core.classification
inner join core.membership on membership.lead_id = classification.lead_id and membership.to_decision is null
left join core.decision using (decision_id)
where classification.state = 'rejected'
  and coalesce(decision.decided_at < (select max(started_at) from ops.run where step = 'fold' and state = 'succeeded'), true)
