-- mart.rejection_per_channel_day_stage. Grain: day, site, channel, stage, state, rule. Owner: attribution.
-- All stages, also those that are out of the counts of leads: junk that is not counted still shows here.
insert into fresh_rejection_per_channel_day_stage (day, site, channel, stage, state, rule, leads)
select touchpoint.day, touchpoint.site, touchpoint.channel, touchpoint.stage, touchpoint.state, classification.rule, count(*)
from due_day
inner join mart.touchpoint using (day)
inner join core.classification using (lead_id)
where touchpoint.state in ('proposed', 'rejected')
group by touchpoint.day, touchpoint.site, touchpoint.channel, touchpoint.stage, touchpoint.state, classification.rule;
