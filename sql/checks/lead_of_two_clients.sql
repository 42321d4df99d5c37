-- Guards against one enquiry counted for two clients: more than one membership that has not ended.
select cast(lead_id as text) as subject
from core.membership
where to_decision is null
group by lead_id
having count(*) > 1
