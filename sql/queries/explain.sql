-- What `leadfold explain` and the dashboard's page Clients ask: read only, ids, weights and levels; values where a pair is weighed anew.

-- name: client
-- The living client behind an id: itself, or the one it was merged into.
select client.client_id as asked_id, coalesce(client_alias.living_id, client.client_id) as client_id, client.state
from core.client
left join core.client_alias on client_alias.client_id = client.client_id
where client.client_id = :client_id;

-- name: lead
select lead.*, membership.client_id, classification.state, classification.stage
from core.lead
left join core.classification using (lead_id)
left join core.membership on membership.lead_id = lead.lead_id and membership.to_decision is null
where lead.lead_id = :lead_id;

-- name: members
select lead.lead_id, lead.received_at, lead.source, lead.source_kind
from core.membership
join core.lead using (lead_id)
where membership.client_id = :client_id and membership.to_decision is null
order by lead.received_at, lead.lead_id;

-- name: leads
select * from core.lead where lead_id = any(cast(:lead_ids as uuid[])) order by received_at, lead_id;

-- name: pair
select model_version, weight, levels
from core.evidence
where left_id = least(cast(:left_id as uuid), cast(:right_id as uuid)) and right_id = greatest(cast(:left_id as uuid), cast(:right_id as uuid))
order by model_version;

-- name: pairs
-- Some pairs, left before right, of one version of the model.
select evidence.model_version, left_id::text as left_id, right_id::text as right_id, evidence.weight, evidence.levels
from unnest(cast(:left_ids as uuid[]), cast(:right_ids as uuid[])) as asked (left_id, right_id)
join core.evidence using (left_id, right_id)
where evidence.model_version = :model_version;

-- name: inside
-- Pairs of a client's own leads, heaviest first.
select model_version, left_id, right_id, weight, levels
from core.evidence
where left_id = any(cast(:lead_ids as uuid[])) and right_id = any(cast(:lead_ids as uuid[]))
order by weight desc, left_id, right_id;

-- name: outside
-- Pairs of a lead of the client and one of another, heaviest first.
select pair.model_version, pair.left_id, pair.right_id, pair.weight, pair.levels, pair.inner_id, pair.outer_id, membership.client_id
from (
    select evidence.*, left_id as inner_id, right_id as outer_id from core.evidence where left_id = any(cast(:lead_ids as uuid[]))
    union all
    select evidence.*, right_id, left_id from core.evidence where right_id = any(cast(:lead_ids as uuid[]))
) as pair
join core.membership on membership.lead_id = pair.outer_id and membership.to_decision is null
where membership.client_id <> :client_id
order by pair.weight desc, pair.left_id, pair.right_id;

-- name: review
-- Pairs that wait for a person, between some leads and any others.
select review.left_id, review.right_id, review.weight, review.reason, mine.client_id as left_client_id, theirs.client_id as right_client_id
from core.review
left join core.membership as mine on mine.lead_id = review.left_id and mine.to_decision is null
left join core.membership as theirs on theirs.lead_id = review.right_id and theirs.to_decision is null
where review.left_id = any(cast(:lead_ids as uuid[])) or review.right_id = any(cast(:lead_ids as uuid[]))
order by review.weight desc, review.left_id, review.right_id;

-- name: decisions
-- What the ledger says of some leads, and of a client, oldest first.
select decision_id, kind, client_id, from_client_id, actor_kind, actor, actor_version, decided_at
from core.decision
where lead_ids && cast(:lead_ids as uuid[]) or client_id = :client_id
order by decision_id;

-- name: on_contacts
-- Two leads and all genuine ones that share a contact with one of them: who is known on a contact is a matter of these alone.
select lead.*
from core.lead
left join core.classification using (lead_id)
where lead.lead_id = any(cast(:lead_ids as uuid[]))
   or (
        classification.state <> 'rejected'
        and (
            lead.handles && cast(:handles as text[])
            or (lead.tax_id <> '' and lead.tax_id = any(cast(:tax_ids as text[])))
            or exists (
                select from jsonb_array_elements(lead.phones) as phone where phone ->> 'e164' = any(cast(:phones as text[]))
            )
            or exists (
                select from jsonb_array_elements(lead.emails) as email
                where email ->> 'canonical' = any(cast(:emails as text[])) or email ->> 'suggestion' = any(cast(:emails as text[]))
            )
        )
   )
order by lead.lead_id;

-- name: largest
-- Clients with most leads, to begin with.
select client_id, name, lead_count, first_seen_at, last_seen_at
from core.client
where state = 'live' and lead_count > 1
order by lead_count desc, client_id
limit :n;

-- name: waiting
-- The pairs that a person should look at first, between two clients, and what each lead calls itself: a name, else a company or a contact.
with waiting as (
    select left_id, right_id, weight, reason
    from core.review
    order by weight desc, left_id, right_id
    limit :n
)

select waiting.*, coalesce(one.called, '') as left_name, coalesce(other.called, '') as right_name
from waiting
left join lateral (
    select coalesce(nullif(name_full, ''), nullif(company_name, ''), phones -> 0 ->> 'e164', emails -> 0 ->> 'address', handles[1], '') as called
    from core.lead
    where lead_id = waiting.left_id
) as one on true
left join lateral (
    select coalesce(nullif(name_full, ''), nullif(company_name, ''), phones -> 0 ->> 'e164', emails -> 0 ->> 'address', handles[1], '') as called
    from core.lead
    where lead_id = waiting.right_id
) as other on true
order by waiting.weight desc, waiting.left_id, waiting.right_id;
