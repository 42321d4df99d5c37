-- Guards against the machine overruling a person: two leads that a person told apart before the last finished fold began
-- stand on one client.
select distinct cast(judged_pair.decision_id as text) as subject
from core.judged_pair
inner join core.membership as l on l.lead_id = judged_pair.left_id and l.to_decision is null
inner join core.membership as r on r.lead_id = judged_pair.right_id and r.to_decision is null and r.client_id = l.client_id
where not judged_pair.same
  and judged_pair.decided_at < (select max(started_at) from ops.run where step = 'fold' and state = 'succeeded')
