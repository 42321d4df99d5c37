-- The change feed: what a CRM reads. Run as leadfold_crm, except the gate and the backlog (leadfold_publisher).

-- name: gate
select is_open, reason
from ops.gate
where name = 'publish'

-- name: events_after
-- Commit-safe order: the view hides a row while an older transaction could still add one before it.
select written_by, seq, event_id, client_id, kind, payload, created_at
from feed.event
where (written_by, seq) > (cast(cast(:written_by as text) as xid8), cast(:seq as bigint))
order by written_by, seq
limit :limit

-- name: begin_snapshot
-- Must be the first statement of its transaction.
set transaction isolation level repeatable read, read only

-- name: limit_idle
-- A consumer that stops reading in the middle must not hold the transaction for ever.
set local idle_in_transaction_session_timeout = '60s'

-- name: last_position
select written_by, seq
from feed.event
order by written_by desc, seq desc
limit 1

-- name: clients
select client_id, version, name, given, patronymic, surname, phones, emails, handles, company, tax_id, city, lead_count, first_seen_at, last_seen_at, suppressed,
       account_id
from feed.client
left join feed.account_member using (client_id)
order by client_id

-- name: aliases
select client_id, living_id
from feed.alias
order by client_id

-- name: living_client
-- The client behind an id, which may be a merged one; no row where the id was never given or its client is gone.
select client_id, version, name, given, patronymic, surname, phones, emails, handles, company, tax_id, city, lead_count, first_seen_at, last_seen_at, suppressed,
       account_id
from feed.client
left join feed.account_member using (client_id)
where client_id = coalesce((select living_id from feed.alias where client_id = cast(:client_id as uuid)), cast(:client_id as uuid))

-- name: accounts
select account.account_id, account.version, account.name, account.legal_forms, account.tax_ids, account.domains, account.cities,
       coalesce(member.client_ids, '{}') as client_ids, account.holding_id
from feed.account
left join (
    select account_id, array_agg(client_id order by client_id) as client_ids from feed.account_member group by account_id
) as member using (account_id)
order by account_id

-- name: account_aliases
select account_id, living_id
from feed.account_alias
order by account_id

-- name: living_account
-- The account behind an id, which may be a merged one; no row where the id was never given or its account is no more.
select account.account_id, account.version, account.name, account.legal_forms, account.tax_ids, account.domains, account.cities,
       array(select client_id from feed.account_member as member where member.account_id = account.account_id order by client_id) as client_ids,
       account.holding_id
from feed.account
where account_id = coalesce((select living_id from feed.account_alias where account_id = cast(:account_id as uuid)), cast(:account_id as uuid))

-- name: backlog
select shown, waiting, oldest_waiting_at, stranded
from feed.backlog

-- name: server
select server_id
from feed.server

-- name: open_outbox
-- Run by the owner; the lock keeps writers out until the transaction ends.
alter table core.outbox disable trigger outbox_is_appended

-- name: adopt_events
-- 3 is the first number that a transaction can have: older than any of this server. Among equals seq orders.
update core.outbox
set written_by = '3'

-- name: close_outbox
alter table core.outbox enable trigger outbox_is_appended
