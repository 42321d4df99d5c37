-- What the dashboard asks beside the marts: junk with the rule that found it, and indexes that keep a page under a second.

create view mart.junk_lead as
select
    touchpoint.lead_id,
    touchpoint.occurred_at,
    touchpoint.day,
    touchpoint.source,
    touchpoint.source_kind,
    touchpoint.site,
    touchpoint.channel,
    touchpoint.campaign,
    touchpoint.platform,
    touchpoint.state,
    touchpoint.stage,
    classification.rule,
    classification.by_person,
    lead.campaign_id,
    (
        -- A click's id is letters and digits; what else somebody wrote into an address is none and is not shown.
        select coalesce(jsonb_object_agg(click.key, click.value), '{}')
        from jsonb_each_text(lead.click_ids) as click
        where click.value ~ '^[A-Za-z0-9_.~%:-]+$' and length(click.value) between 6 and 512 and click.value !~ '%40'
    ) as click_ids
from mart.touchpoint
inner join core.classification using (lead_id)
inner join core.lead using (lead_id)
where touchpoint.state in ('proposed', 'rejected');
comment on view mart.junk_lead is
    'Junk, doubted or rejected, with the rule that found it and the ids of the click that brought it; no data of people. Grain: lead.';

-- Counts of leads per channel and campaign over any days and site, from the index alone.
create index touchpoint_verdict on mart.touchpoint (day, site, channel, campaign, state, stage) include (counts_as_lead);
create index touchpoint_of_site on mart.touchpoint (site);
create index junk_newest on mart.touchpoint (occurred_at desc) where state in ('proposed', 'rejected');
