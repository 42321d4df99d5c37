-- mart.client_build. Grain: one row. Owner: clients over time.
-- The sums of core, counted straight from core: what sql/checks holds the tables of clients over time to.
insert into mart.client_build
    (built_at, day, lost_after_months, new_for_months, first_month, months_per_period, periods, abc, xyz, clients, buyers, deals_won,
     revenue, deals_of_nobody)
with won as (
    select coalesce(account.account_id, client.client_id) as client_id, deal.amount_reporting
    from core.deal
    left join core.client_alias on client_alias.client_id = deal.client_id
    left join core.client on client.client_id = coalesce(client_alias.living_id, deal.client_id) and client.state = 'live'
    left join core.counted_account(:unit) as account on account.client_id = client.client_id
    where deal.stage = 'won' and cast(coalesce(deal.closed_at, deal.opened_at) at time zone cast(:timezone as text) as date) <= cast(:day as date)
)

select
    cast(:now as timestamptz),
    cast(:day as date),
    cast(:lost_after_months as integer),
    cast(:new_for_months as integer),
    cast(:first_month as date),
    cast(:months_per_period as integer),
    cast(:periods as integer),
    cast(:abc as numeric[]),
    cast(:xyz as numeric[]),
    (select count(distinct coalesce(account.account_id, client.client_id))
     from core.client
     left join core.counted_account(:unit) as account on account.client_id = client.client_id
     where client.state = 'live'),
    count(distinct client_id),
    count(client_id),
    coalesce(sum(amount_reporting) filter (where client_id is not null), 0),
    count(*) filter (where client_id is null)
from won;
