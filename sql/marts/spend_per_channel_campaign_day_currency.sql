-- mart.spend_per_channel_campaign_day_currency. Grain: day, site, channel, campaign, currency. Owner: attribution.
insert into fresh_spend_per_channel_campaign_day_currency
    (day, site, channel, campaign, currency, spend_original, spend_reporting, unconverted, clicks, impressions)
select
    day,
    site,
    channel,
    campaign,
    currency,
    sum(spend_original),
    sum(coalesce(spend_reporting, 0)),
    sum(case when spend_reporting is null then spend_original else 0 end),
    sum(clicks),
    sum(impressions)
from due_spend_day
inner join core.spend using (day)
group by day, site, channel, campaign, currency;
