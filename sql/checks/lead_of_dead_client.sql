-- Guards against leads that fall out of sight: a current membership of a client that merged or closed.
select cast(membership.lead_id as text) as subject
from core.membership
inner join core.client using (client_id)
where membership.to_decision is null and client.state <> 'live'
