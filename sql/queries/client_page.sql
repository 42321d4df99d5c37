-- What the page Clients asks beside the explanations: search, the record with the origin of its values, the timeline.

-- name: by_phone
select client_id, name, company, phones, emails, lead_count, last_seen_at
from core.client
where state = 'live' and phones @> array[cast(:value as text)]
order by last_seen_at desc, client_id
limit :limit;

-- name: by_email
select client_id, name, company, phones, emails, lead_count, last_seen_at
from core.client
where state = 'live' and emails @> array[cast(:value as text)]
order by last_seen_at desc, client_id
limit :limit;

-- name: by_handle
select client_id, name, company, phones, emails, lead_count, last_seen_at
from core.client
where state = 'live' and handles @> array[cast(:value as text)]
order by last_seen_at desc, client_id
limit :limit;

-- name: by_words
-- The beginning of a name, a surname or a company. Each arm has its index.
select client_id, name, company, phones, emails, lead_count, last_seen_at
from (
    (select * from core.client where state = 'live' and lower(name) like :start limit :limit)
    union
    (select * from core.client where state = 'live' and lower(surname) like :start limit :limit)
    union
    (select * from core.client where state = 'live' and lower(company) like :start limit :limit)
) as found
order by last_seen_at desc, client_id
limit :limit;

-- name: record
select client_id, name, phones, emails, handles, company, tax_id, city, provenance, version, first_seen_at, last_seen_at
from core.client
where client_id = :client_id;

-- name: touches
-- Leads of a client, also those that were its and were rejected since, oldest first.
select lead.lead_id, lead.received_at, lead.source, lead.source_kind, lead.subject, lead.message, lead.page, lead.dialled_number, lead.call_status,
       lead.call_duration, classification.state, classification.stage, coalesce(tag.channel, '') as channel,
       coalesce(tag.campaign, '') as campaign, now.client_id is not null as is_member
from (select distinct lead_id from core.membership where client_id = :client_id) as ever
join core.lead using (lead_id)
left join core.classification using (lead_id)
left join core.tag using (lead_id)
left join core.membership as now on now.lead_id = ever.lead_id and now.to_decision is null
where now.client_id = :client_id or (now.client_id is null and classification.state = 'rejected')
order by lead.received_at, lead.lead_id;

-- name: deals
select deal.deal_id, deal.stage, deal.amount, deal.currency, deal.opened_at, deal.closed_at
from core.deal
left join core.client_alias on client_alias.client_id = deal.client_id
where coalesce(client_alias.living_id, deal.client_id) = :client_id
order by deal.opened_at, deal.deal_id;

-- name: ledger
-- What was decided about who belongs to this client, and what people said of its leads.
select decision.decision_id, decision.kind, decision.decided_at, decision.actor_kind, decision.actor, decision.from_client_id,
       cardinality(decision.lead_ids) as leads, decision.evidence ->> 'stage' as stage, note.why, undo.decision_id as undone_by,
       decision.supersedes
from core.decision
left join core.judgement_note as note using (decision_id)
left join core.decision as undo on undo.kind = 'undo' and undo.supersedes = decision.decision_id
where (decision.client_id = :client_id and decision.kind in ('mint', 'join', 'leave', 'merge', 'split', 'close'))
   or (decision.lead_ids && cast(:lead_ids as uuid[])
       and (decision.actor_kind = 'person' or decision.kind in ('reject', 'propose')))
   or (decision.from_client_id = :client_id and decision.kind = 'split')
order by decision.decision_id;
