-- mart.touchpoint. Grain: lead. Owner: attribution.
-- client_id is what the client counts as: its account where companies are counted and it has one, else itself.
-- A lead whose source names no site stands at the site of its line or campaign, so that its cost stands beside it.
-- A lead that has no living client now keeps its row, so that leads in = leads out. What a CRM's history told is no enquiry.
insert into fresh_touchpoint
    (lead_id, client_id, occurred_at, day, source, source_kind, site, channel, campaign, platform, is_direct, rule, state, stage, counts_as_lead,
     joined_by, is_brand, earlier_channel, earlier_campaign, earlier_rule)
select
    lead.lead_id,
    coalesce(account.account_id, client.client_id),
    lead.received_at,
    cast(lead.received_at at time zone cast(:timezone as text) as date),
    lead.source,
    lead.source_kind,
    coalesce(nullif(lead.site, ''), tag.site, ''),
    coalesce(tag.channel, :unattributed),
    coalesce(tag.campaign, ''),
    coalesce(tag.platform, ''),
    coalesce(tag.is_direct, true),
    coalesce(tag.rule, 'untagged'),
    coalesce(classification.state, 'pending'),
    classification.stage,
    not coalesce(classification.state = 'rejected' and classification.stage = any(cast(:uncounted_stages as text[])), false),
    coalesce(tag.joined_by, ''),
    coalesce(tag.is_brand, false),
    tag.earlier_channel,
    tag.earlier_campaign,
    tag.earlier_rule
from due_lead
inner join core.lead using (lead_id)
left join core.tag on tag.lead_id = lead.lead_id
left join core.classification on classification.lead_id = lead.lead_id
left join core.membership on membership.lead_id = lead.lead_id and membership.to_decision is null
left join core.client on client.client_id = membership.client_id and client.state = 'live'
left join core.counted_account(:unit) as account on account.client_id = client.client_id
where lead.source_kind <> 'crm';
