-- Guards against clients that are no function of the ledger: the last decision about a lead says one client, the membership
-- another one, or none.
with last_word as (
    select distinct on (lead_id)
        lead_id, case when kind in ('mint', 'join', 'merge', 'split') then client_id end as client_id
    from core.decision, unnest(lead_ids) as lead_id
    where kind in ('mint', 'join', 'leave', 'merge', 'split', 'close')
    order by lead_id, decision_id desc
)

select cast(coalesce(last_word.lead_id, membership.lead_id) as text) as subject
from last_word
full join (select lead_id, client_id from core.membership where to_decision is null) as membership
    on membership.lead_id = last_word.lead_id
where last_word.client_id is distinct from membership.client_id
