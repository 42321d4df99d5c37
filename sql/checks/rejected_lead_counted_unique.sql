-- Guards against junk that makes a channel look cheap: a client whose counted touchpoint is a rejected lead.
select cast(client.client_id as text) as subject
from mart.client
inner join mart.touchpoint on touchpoint.lead_id in (client.first_touch_lead_id, client.last_non_direct_lead_id)
where touchpoint.state = 'rejected'
