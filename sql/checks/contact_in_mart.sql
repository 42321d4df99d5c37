-- Guards against personal data where marketing reads: a tag, a site, a manager or a reason in the marts that holds an e-mail address.
select cast(lead_id as text) as subject
from mart.touchpoint
where concat_ws(' ', campaign, earlier_campaign, channel, site) like '%_@_%._%'
union all
select deal_id
from mart.deal
where concat_ws(' ', manager, lost_reason) like '%_@_%._%'
