-- Guards against junk that nobody decided: a rejected lead without stage, rule or evidence of why.
select cast(lead_id as text) as subject
from core.classification
where state = 'rejected' and not by_person and (coalesce(stage, '') = '' or rule = '')
