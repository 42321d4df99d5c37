-- Guards against the machine overruling a person: two leads that a person told apart before the last finished fold began
-- stand on one client.
with last_word as (
    select distinct on (pair.left_id, pair.right_id) pair.left_id, pair.right_id, pair.kind, pair.decision_id, pair.decided_at
    from (
        select least(lead_ids[1], lead_ids[2]) as left_id, greatest(lead_ids[1], lead_ids[2]) as right_id, kind, decision_id, decided_at
        from core.decision
        where kind in ('match', 'no_match') and actor_kind = 'person' and cardinality(lead_ids) = 2
    ) as pair
    order by pair.left_id, pair.right_id, pair.decision_id desc
)

select cast(last_word.decision_id as text) as subject
from last_word
inner join core.membership as l on l.lead_id = last_word.left_id and l.to_decision is null
inner join core.membership as r on r.lead_id = last_word.right_id and r.to_decision is null and r.client_id = l.client_id
where last_word.kind = 'no_match'
  and last_word.decided_at < (select max(started_at) from ops.run where step = 'fold' and state = 'succeeded')
  and not exists (select from core.decision as undo where undo.kind = 'undo' and undo.supersedes = last_word.decision_id)
