-- Clients: what the fold knows, and the writing of its changes, in one transaction with ledger, history and outbox.

-- name: lock_fold
-- Taken before anything is written, so that transactions of the fold get their ids in the order in which they change clients.
select pg_advisory_xact_lock(7205513002);

-- name: memberships
select lead_id, client_id, from_decision from core.membership where to_decision is null;

-- name: clients
select client_id, state, minted_by from core.client;

-- name: dormant
-- The leads that a merged or closed client had at that moment, from the decision that put it to sleep.
select client.client_id, membership.lead_id
from core.client
join core.membership on membership.client_id = client.client_id and membership.to_decision = client.changed_by
where client.state <> 'live' and not exists (select from privacy.erased_client where erased_client.client_id = client.client_id);

-- name: judgements
-- A person's last word on each pair: same, or not the same. One that was taken back is none.
select left_id, right_id, same from core.judged_pair;

-- name: allot_decisions
select nextval(pg_get_serial_sequence('core.decision', 'decision_id')) from generate_series(1, :n);

-- name: golden_records
select client_id::text as client_id, version, state, name, given, patronymic, surname, phones, emails, handles, company, tax_id, city, lead_count,
       first_seen_at, last_seen_at
from core.client
where client_id = any(cast(:client_ids as uuid[]));

-- name: living_golden
select client_id::text as client_id, name, given, patronymic, surname, phones, emails, handles, company, tax_id, city, lead_count,
       first_seen_at, last_seen_at, provenance
from core.client
where state = 'live';

-- name: create_incoming
create temporary table incoming_client (like core.client) on commit drop;

-- name: upsert_clients
insert into core.client
select * from incoming_client order by client_id
on conflict (client_id) do update set
    state = excluded.state, version = excluded.version, name = excluded.name, given = excluded.given, patronymic = excluded.patronymic,
    surname = excluded.surname, phones = excluded.phones, emails = excluded.emails, handles = excluded.handles,
    company = excluded.company, tax_id = excluded.tax_id, city = excluded.city, lead_count = excluded.lead_count,
    first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at, provenance = excluded.provenance,
    changed_by = excluded.changed_by;

-- name: close_members
update core.membership set to_decision = moved.decision_id
from unnest(cast(:member_ids as uuid[]), cast(:decision_ids as bigint[])) as moved (lead_id, decision_id)
where membership.lead_id = moved.lead_id and membership.to_decision is null;

-- name: wake
delete from core.client_alias where client_id = any(cast(:ids as uuid[]));

-- name: alias
insert into core.client_alias (client_id, living_id, decision_id)
select client_id, living_id, decision_id
from unnest(cast(:ids as uuid[]), cast(:living_ids as uuid[]), cast(:decision_ids as bigint[])) as merged (client_id, living_id, decision_id)
on conflict (client_id) do update set living_id = excluded.living_id, decision_id = excluded.decision_id;

-- name: shorten_aliases
-- An alias of an id that merged in its turn points straight to the living one.
update core.client_alias set living_id = further.living_id
from core.client_alias as further
where client_alias.living_id = further.client_id;

-- name: create_incoming_evidence
create temporary table incoming_evidence (like core.evidence) on commit drop;

-- name: analyze_evidence
analyze incoming_evidence;

-- name: replace_evidence
-- Pairs that stay as they were are not touched: a conflict alone would lock, and so write, every row at every fold.
with stale as (
    delete from core.evidence
    where model_version = :model_version
      and not exists (select from incoming_evidence as new where new.left_id = evidence.left_id and new.right_id = evidence.right_id)
)
insert into core.evidence
select new.*
from incoming_evidence as new
left join core.evidence as old
    on old.model_version = new.model_version and old.left_id = new.left_id and old.right_id = new.right_id
where old.left_id is null or old.weight <> new.weight or old.levels <> new.levels
order by new.left_id, new.right_id
on conflict (model_version, left_id, right_id) do update set weight = excluded.weight, levels = excluded.levels;

-- name: clear_review
delete from core.review;

-- name: clear_hubs
delete from core.hub;

-- name: assignment
-- The client of each raw record, for reports.
select source, external_id, client_id, stage, place from ops.record_place order by record_id;

-- name: export
-- Everything the fold decided, with clients named by their leads: equal exports mean equal results.
select client_id, state, version, name, phones, emails, handles, company, tax_id, city, lead_count, first_seen_at, last_seen_at,
       array(select lead_id from core.membership where membership.client_id = client.client_id and to_decision is null order by lead_id) as leads
from core.client
order by client_id;

-- name: repoint_aliases
-- A merged id stands for the client that holds most of the leads it had when it merged: looked at anew when one of these moves.
with touched as (
    select distinct client.client_id
    from core.membership as was
    join core.client on client.client_id = was.client_id and client.changed_by = was.to_decision
    where client.state = 'merged' and was.lead_id = any(cast(:lead_ids as uuid[]))
), holder as (
    select distinct on (client_alias.client_id) client_alias.client_id, now.client_id as living_id
    from touched
    join core.client using (client_id)
    join core.client_alias using (client_id)
    join core.membership as was on was.to_decision = client.changed_by and was.client_id = client.client_id
    join core.membership as now on now.lead_id = was.lead_id and now.to_decision is null
    group by client_alias.client_id, client_alias.living_id, now.client_id
    order by client_alias.client_id, count(*) desc, now.client_id <> client_alias.living_id, now.client_id
)
update core.client_alias set living_id = holder.living_id
from holder
where client_alias.client_id = holder.client_id and client_alias.living_id <> holder.living_id;

-- name: hold_publishing
-- What the fold changed is not shown before `verify` has passed over it; verify opens the gate again.
update ops.gate set is_open = false, reason = 'changes of the last fold wait for verify', changed_at = :now
where name = 'publish' and is_open;

-- name: memberships_ever
-- Whom each of these leads belongs to and ever belonged to.
select lead_id::text as lead_id, client_id::text as client_id, from_decision, to_decision
from unnest(cast(:lead_ids as uuid[])) as asked (lead_id)
join core.membership using (lead_id);

-- name: members_of
select membership.lead_id::text as lead_id
from unnest(cast(:client_ids as uuid[])) as asked (client_id)
join core.membership on membership.client_id = asked.client_id and membership.to_decision is null;

-- name: standings
-- When each of these clients was minted, and what put it to sleep: null for one that lives or is erased.
select client_id::text as client_id, minted_by,
       case when state <> 'live' and not exists (select from privacy.erased_client where erased_client.client_id = client.client_id) then changed_by end
from unnest(cast(:client_ids as uuid[])) as asked (client_id)
join core.client using (client_id);

-- name: dormant_among
-- The leads of these merged or closed clients at the moment that put them to sleep.
select client.client_id::text as client_id, membership.lead_id::text as lead_id
from unnest(cast(:client_ids as uuid[])) as asked (client_id)
join core.client using (client_id)
join core.membership on membership.client_id = client.client_id and membership.to_decision = client.changed_by;

-- name: living_golden_among
select client_id::text as client_id, name, given, patronymic, surname, phones, emails, handles, company, tax_id, city, lead_count,
       first_seen_at, last_seen_at, provenance
from core.client
where client_id = any(cast(:client_ids as uuid[])) and state = 'live';

-- name: rejected_among
-- Which of these leads are rejected, and where.
select lead_id::text as lead_id, stage
from core.classification
where lead_id = any(cast(:lead_ids as uuid[])) and state = 'rejected';
