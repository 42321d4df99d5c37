-- Guards against an id given to another person: minted more than once, minted after it was already used, or living without
-- ever having been minted.
select cast(client_id as text) as subject
from (
    select client_id,
           count(*) filter (where kind = 'mint') as mints,
           min(decision_id) filter (where kind = 'mint') as minted,
           min(decision_id) as used
    from core.decision
    where client_id is not null and kind in ('mint', 'join', 'leave', 'merge', 'split', 'close')
    group by client_id
) as life
where mints > 1 or minted > used
union
select cast(client.client_id as text)
from core.client
left join core.decision
    on decision.decision_id = client.minted_by
   and decision.client_id = client.client_id
   and decision.kind in ('mint', 'split')
where decision.decision_id is null
