-- Guards against personal data where marketing reads: a tag or a site in the marts that holds an e-mail address.
select cast(lead_id as text) as subject
from mart.touchpoint
where concat_ws(' ', campaign, earlier_campaign, channel, site) like '%_@_%._%'
