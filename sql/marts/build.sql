-- mart.build. Grain: one row. Owner: attribution.
-- The sums of core, counted straight from core, all of it at each build: what sql/checks holds the marts to, and what a change that
-- the queue missed would not agree with.
insert into mart.build (built_at, timezone, currency, leads, raw_leads, rejected_leads, clients, spend, deals_won, revenue,
                        attribution_models, window_days, reported_day, is_full, fingerprint, trained_at, trained_clients, deals, rejections,
                        unit)
with owned as (
    select coalesce(account.account_id, client.client_id) as client_id,
           count(*) as leads,
           count(*) filter (where counted.is_counted) as raw_leads,
           count(*) filter (where counted.is_counted and classification.state = 'rejected') as rejected_leads,
           count(*) filter (where classification.state = 'rejected') as rejections,
           bool_or(coalesce(classification.state, 'pending') <> 'rejected') as is_genuine
    from core.lead
    left join core.classification using (lead_id)
    left join core.membership on membership.lead_id = lead.lead_id and membership.to_decision is null
    left join core.client on client.client_id = membership.client_id and client.state = 'live'
    left join core.counted_account(:unit) as account on account.client_id = client.client_id
    cross join lateral (
        select not coalesce(classification.state = 'rejected' and classification.stage = any(cast(:uncounted_stages as text[])), false)
    ) as counted (is_counted)
    where lead.source_kind <> 'crm'
    group by coalesce(account.account_id, client.client_id)
),

lead as (
    select coalesce(sum(leads), 0) as leads, coalesce(sum(raw_leads), 0) as raw_leads, coalesce(sum(rejected_leads), 0) as rejected_leads,
           coalesce(sum(rejections), 0) as rejections, count(client_id) filter (where is_genuine) as clients
    from owned
),

spend as (
    select coalesce(sum(spend_reporting), 0) as spend from core.spend
),

deal as (
    select count(*) as deals, count(*) filter (where stage = 'won') as deals_won,
           coalesce(sum(amount_reporting) filter (where stage = 'won'), 0) as revenue
    from core.deal
)

select cast(:now as timestamptz), :timezone, :currency, leads, raw_leads, rejected_leads, clients, spend, deals_won, revenue,
       cast(:models as text[]), cast(:window_days as integer), cast(:today as date), :is_full, :fingerprint,
       cast(:trained_at as timestamptz), :trained_clients, deals, rejections, :unit
from lead, spend, deal;
