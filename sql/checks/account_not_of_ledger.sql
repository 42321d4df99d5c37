-- Guards against accounts that are no function of the ledger: the last decision about a client's account says one, its membership another
-- one, or none.
with last_word as (
    select distinct on (client_id)
        client_id, case when decision.kind in ('account_mint', 'account_join', 'account_merge', 'account_split') then decision.client_id_of end as account_id
    from (
        select decision_id, kind, core.decision.client_id as client_id_of, cast(member as uuid) as client_id
        from core.decision
        cross join lateral jsonb_array_elements_text(evidence -> 'clients') as member
        where kind in ('account_mint', 'account_join', 'account_merge', 'account_split', 'account_leave', 'account_close')
    ) as decision
    order by client_id, decision_id desc
)

select cast(coalesce(last_word.client_id, member.client_id) as text) as subject
from last_word
full join (select client_id, account_id from core.account_member where to_decision is null) as member on member.client_id = last_word.client_id
where last_word.account_id is distinct from member.account_id
