-- Tags of leads, and how they meet their spend.

-- name: campaigns
-- Campaigns that money was spent on, under each name they had; campaign is the label of today.
-- site: where all spend of that name in the marts is for one site.
select distinct platform, campaign_id, campaign_name, campaign, channel,
       case when min(site) over same = max(site) over same then site else '' end as site
from core.spend
where campaign_id <> '' or campaign_name <> ''
window same as (partition by platform, campaign, channel)
order by platform, campaign_id, campaign_name, campaign, channel;

-- name: leads_to_tag
-- Leads without a tag of these rules, or whose words changed since: `version` is the rules' and a digest of the words. What a CRM
-- knew was brought by nothing.
with signed as (
    select lead_id, source, source_kind, received_at, site, region, page, referrer, utm, click_ids, campaign_id, dialled_number,
           cast(:rules_version as text) || ':' || left(md5(concat_ws(
               chr(31), source, source_kind, extract(epoch from received_at), site, region, page, referrer, utm, click_ids, campaign_id,
               dialled_number
           )), 12) as version
    from core.lead
    where source_kind <> 'crm'
)
select signed.*
from signed
left join core.tag on tag.lead_id = signed.lead_id
where tag.rules_version is distinct from signed.version;

-- name: create_tagged
create temporary table tagged (like core.tag) on commit drop;

-- name: write_tags
insert into core.tag (lead_id, channel, campaign, platform, site, is_direct, rule, rules_version, joined_by, is_brand, earlier_channel,
                      earlier_campaign, earlier_platform, earlier_rule)
select lead_id, channel, campaign, platform, site, is_direct, rule, rules_version, joined_by, is_brand, earlier_channel,
       earlier_campaign, earlier_platform, earlier_rule
from tagged order by lead_id
on conflict (lead_id) do update set
    channel = excluded.channel, campaign = excluded.campaign, platform = excluded.platform, is_direct = excluded.is_direct,
    site = excluded.site, rule = excluded.rule, rules_version = excluded.rules_version, joined_by = excluded.joined_by,
    is_brand = excluded.is_brand, earlier_channel = excluded.earlier_channel, earlier_campaign = excluded.earlier_campaign,
    earlier_platform = excluded.earlier_platform, earlier_rule = excluded.earlier_rule;

-- name: campaign_spend
-- Campaigns with what was spent on them, and when.
select platform, channel, campaign, max(campaign_id) as campaign_id, 0 as leads, sum(coalesce(spend_reporting, 0)) as spend,
       min(day) as first_day, max(day) as last_day
from core.spend
where not is_withdrawn
group by platform, channel, campaign
order by platform, channel, campaign;

-- name: unmatched_spend
-- Campaigns that money was spent on and no lead names.
with spent as materialized (
    select platform, channel, campaign, max(campaign_id) as campaign_id, 0 as leads, sum(coalesce(spend_reporting, 0)) as spend,
           min(day) as first_day, max(day) as last_day
    from core.spend
    where not is_withdrawn and spend_original <> 0
    group by platform, channel, campaign
)
select platform, channel, campaign, campaign_id, leads, spend, first_day, last_day
from spent
-- One look at the index per campaign, however many leads there are.
cross join lateral (select exists (select from core.tag where tag.channel = spent.channel and tag.campaign = spent.campaign) as is_named) as met
where not is_named
order by spend desc, platform, campaign;

-- name: unmatched_leads
-- Genuine and doubted leads that name a campaign which no spend knows.
select tag.platform, tag.channel, tag.campaign, '' as campaign_id, count(*) as leads, cast(0 as numeric) as spend,
       min(cast(lead.received_at at time zone cast(:timezone as text) as date)) as first_day,
       max(cast(lead.received_at at time zone cast(:timezone as text) as date)) as last_day
from core.tag
inner join core.lead on lead.lead_id = tag.lead_id
left join core.classification on classification.lead_id = tag.lead_id
where tag.joined_by = '' and tag.campaign <> '' and tag.channel = any(cast(:channels as text[]))
  and coalesce(classification.state, 'pending') <> 'rejected'
group by tag.platform, tag.channel, tag.campaign
order by count(*) desc, tag.platform, tag.campaign;

-- name: alias_targets
select given_key, platform, campaign_platform, campaign_id, campaign_name
from core.campaign_alias
where revoked_at is null
order by alias_id;

-- name: aliases_in_force
select alias_id, given, platform, campaign_platform, coalesce(nullif(campaign_name, ''), campaign_id) as campaign, accepted_by, reason,
       accepted_at
from core.campaign_alias
where revoked_at is null
order by alias_id;

-- name: accept_alias
insert into core.campaign_alias
    (given_key, given, platform, campaign_platform, campaign_id, campaign_name, accepted_by, reason, accepted_at)
values (:key, :given, :platform, :campaign_platform, :campaign_id, :campaign_name, :by, :reason, :now)
returning alias_id;

-- name: revoke_alias
update core.campaign_alias set revoked_by = :by, revoked_at = :now where alias_id = :alias_id and revoked_at is null;

-- name: revoke_alias_of
update core.campaign_alias set revoked_by = :by, revoked_at = :now
where given_key = :key and platform = :platform and revoked_at is null;

-- name: lead_to_explain
select lead.*, tag.channel, tag.campaign, tag.platform, tag.site as tag_site, tag.rule, tag.joined_by, tag.is_brand
from core.lead
left join core.tag on tag.lead_id = lead.lead_id
where lead.lead_id = :lead_id;
