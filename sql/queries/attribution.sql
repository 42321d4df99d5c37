-- Tags of leads.

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
insert into core.tag (lead_id, channel, campaign, platform, site, is_direct, rule, rules_version)
select lead_id, channel, campaign, platform, site, is_direct, rule, rules_version from tagged order by lead_id
on conflict (lead_id) do update set
    channel = excluded.channel, campaign = excluded.campaign, platform = excluded.platform, is_direct = excluded.is_direct,
    site = excluded.site, rule = excluded.rule, rules_version = excluded.rules_version;
