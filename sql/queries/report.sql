-- What `leadfold report` prints.

-- name: channels
-- Sums first, divisions after; the rows add up to everything there is.
select
    channel,
    sum(raw_leads) as raw_leads, sum(rejected_leads) as rejected_leads, sum(unique_clients) as unique_clients,
    sum(qualified_clients) as qualified_clients, sum(new_clients) as new_clients, sum(spend) as spend, min(currency) as currency,
    nullif(sum(spend), 0) / nullif(sum(raw_leads), 0) as cpl_raw,
    nullif(sum(spend), 0) / nullif(sum(unique_clients), 0) as cpl_unique,
    nullif(sum(spend), 0) / nullif(sum(qualified_clients), 0) as cpql,
    nullif(sum(spend), 0) / nullif(sum(new_clients), 0) as cost_per_new_client
from mart.cost_per_channel_campaign_day
where attribution_model = :model
group by grouping sets ((channel), ())
order by grouping(channel), sum(spend) desc, sum(raw_leads) desc, channel;

-- name: stages
select stage, sum(leads) filter (where state = 'rejected') as rejected, sum(leads) filter (where state = 'proposed') as proposed
from mart.rejection_per_channel_day_stage
group by stage
order by sum(leads) desc, stage;

-- name: stages_out_of_counts
-- Rejected as no enquiry at all: out of every count of leads, so told apart.
select stage, count(*) as leads
from mart.touchpoint
where state = 'rejected' and not counts_as_lead
group by stage
order by count(*) desc, stage;

-- name: conservation
select source, received, clients, rejected, quarantined, erased, pending
from ops.conservation
order by source;
