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
select client_id, version, name, given, patronymic, surname, phones, emails, handles, company, tax_id, city, lead_count, first_seen_at, last_seen_at
from feed.client
order by client_id

-- name: aliases
select client_id, living_id
from feed.alias
order by client_id

-- name: living_client
-- The client behind an id, which may be a merged one; no row where the id was never given or its client is gone.
select client_id, version, name, given, patronymic, surname, phones, emails, handles, company, tax_id, city, lead_count, first_seen_at, last_seen_at
from feed.client
where client_id = coalesce((select living_id from feed.alias where client_id = cast(:client_id as uuid)), cast(:client_id as uuid))

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
