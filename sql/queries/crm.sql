-- Delivery to CRMs: clients as a CRM is told of them, and which record of a CRM is which client. Run as leadfold_publisher.

-- name: clients
select client_id, version, state, living_id, name, given, patronymic, surname, phones, emails, handles, company, tax_id, city, lead_count,
       first_seen_at, last_seen_at, source, source_kind, site, page, utm, channel, campaign, message, subject
from feed.crm_client
where client_id = any(cast(:client_ids as uuid[]))

-- name: records
select client_id, record_id, state, found_by, sent, version, last_seen_at, note, changed_at
from core.crm_record
where crm = :crm and client_id = any(cast(:client_ids as uuid[]))

-- name: holders
-- Which client each record stands for now.
select record_id, client_id
from core.crm_record
where crm = :crm and state = 'live' and record_id = any(cast(:record_ids as text[]))

-- name: save
insert into core.crm_record (crm, client_id, record_id, state, found_by, sent, version, last_seen_at, note, changed_at)
select :crm, client_id, record_id, state, found_by, sent, version, last_seen_at, note, changed_at
from jsonb_to_recordset(cast(:records as jsonb)) as told
    (client_id uuid, record_id text, state text, found_by text, sent jsonb, version integer, last_seen_at timestamptz, note text,
     changed_at timestamptz)
on conflict (crm, client_id) do update
set record_id = excluded.record_id, state = excluded.state, found_by = excluded.found_by, sent = excluded.sent, version = excluded.version,
    last_seen_at = excluded.last_seen_at, note = excluded.note, changed_at = excluded.changed_at

-- name: standing
select state, found_by, count(*) as records, max(changed_at) as last_at
from core.crm_record
where crm = :crm
group by state, found_by
order by state, found_by

-- name: noted
select client_id, record_id, state, note, changed_at
from core.crm_record
where crm = :crm and note <> ''
order by changed_at desc, client_id
limit :limit

-- name: waiting
select kind, position_at, accepted_at, paused_until, problem, behind, held, parked
from mart.consumer_health
where consumer = :crm
