-- What `leadfold report` and `leadfold explain` print.

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

-- name: lead
select lead.*, membership.client_id, classification.state, classification.stage
from core.lead
left join core.classification using (lead_id)
left join core.membership on membership.lead_id = lead.lead_id and membership.to_decision is null
where lead.lead_id = :lead_id;

-- name: pair_evidence
select model_version, weight, levels
from core.evidence
where left_id = least(cast(:left_id as uuid), cast(:right_id as uuid)) and right_id = greatest(cast(:left_id as uuid), cast(:right_id as uuid))
order by model_version;

-- name: decisions_on
select decision_id, kind, client_id, from_client_id, actor_kind, actor, actor_version, decided_at
from core.decision
where lead_ids && array[cast(:left_id as uuid), cast(:right_id as uuid)]
order by decision_id;
