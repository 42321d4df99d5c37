-- mart.deal. Grain: deal. Owner: attribution.
-- What the living client of a deal counts as, and how far it had come: a deal is told in one stage at a time, its history remembers the others.
insert into fresh_deal (deal_id, client_id, stage, reached, manager, lost_reason, opened_at, last_at, opened_day, day, amount)
select
    deal.deal_id,
    coalesce(account.account_id, client_alias.living_id, deal.client_id),
    deal.stage,
    case
        when deal.stage = 'won' then 'won'
        when exists (select from core.deal_history where deal_history.deal_id = deal.deal_id and deal_history.stage = 'won') then 'won'
        when exists (select from core.deal_history where deal_history.deal_id = deal.deal_id and deal_history.stage = 'qualified') then 'qualified'
        else 'new'
    end,
    deal.manager,
    deal.lost_reason,
    deal.opened_at,
    coalesce(deal.closed_at, deal.opened_at),
    cast(deal.opened_at at time zone cast(:timezone as text) as date),
    cast(coalesce(deal.closed_at, deal.opened_at) at time zone cast(:timezone as text) as date),
    deal.amount_reporting
from due_deal
inner join core.deal using (deal_id)
left join core.client_alias on client_alias.client_id = deal.client_id
left join core.counted_account(:unit) as account on account.client_id = coalesce(client_alias.living_id, deal.client_id);
