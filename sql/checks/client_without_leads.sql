-- Guards against ghosts in the CRM: a living client that no lead stands behind, or one whose lead count is not true.
select cast(client.client_id as text) as subject
from core.client
left join core.membership on membership.client_id = client.client_id and membership.to_decision is null
where client.state = 'live'
group by client.client_id, client.lead_count
having count(membership.lead_id) = 0 or count(membership.lead_id) <> client.lead_count
