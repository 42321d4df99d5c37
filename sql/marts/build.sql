-- mart.build. Grain: one row. Owner: attribution.
-- The sums of core, counted straight from core: what sql/checks holds the marts to.
insert into mart.build (built_at, timezone, currency, leads, raw_leads, rejected_leads, clients, spend, deals_won, revenue,
                        attribution_models, window_days)
with lead as (
    select count(*) as leads,
           count(*) filter (where counted) as raw_leads,
           count(*) filter (where counted and state = 'rejected') as rejected_leads
    from (
        select classification.state,
               not coalesce(classification.state = 'rejected' and classification.stage = any(cast(:uncounted_stages as text[])), false) as counted
        from core.lead
        left join core.classification using (lead_id)
        where lead.source_kind <> 'crm'
    ) as classified
),

client as (
    select count(distinct membership.client_id) as clients
    from core.membership
    inner join core.client on client.client_id = membership.client_id and client.state = 'live'
    inner join core.lead on lead.lead_id = membership.lead_id
    left join core.classification on classification.lead_id = membership.lead_id
    where membership.to_decision is null and coalesce(classification.state, 'pending') <> 'rejected' and lead.source_kind <> 'crm'
),

spend as (
    select coalesce(sum(spend_reporting), 0) as spend from core.spend
),

deal as (
    select count(*) as deals_won, coalesce(sum(amount_reporting), 0) as revenue from core.deal where stage = 'won'
)

select cast(:now as timestamptz), :timezone, :currency, leads, raw_leads, rejected_leads, clients, spend, deals_won, revenue,
       cast(:models as text[]), cast(:window_days as integer)
from lead, client, spend, deal;
