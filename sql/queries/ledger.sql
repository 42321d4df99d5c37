-- The ledger as a whole: its chain, and what follows from it.

-- name: head
select block_no, encode(hash, 'hex') as hash, (select count(*) from core.decision) as decisions
from core.ledger_block
order by block_no desc
limit 1;

-- name: block_of
select block_no from core.ledger_block where hash = decode(:hash, 'hex');

-- name: flaws
select block_no, decision_id, flaw from core.ledger_flaw order by block_no, decision_id limit :most;

-- name: blocks
-- Which block holds which decisions: a block is what one statement wrote; the first one may be all that is older than the chain.
select lower(part) as first_id, block_no
from core.ledger_block
cross join lateral unnest(decisions) as part
order by first_id;

-- name: decisions_on_clients
select decision_id, decided_at, kind, lead_ids, client_id, from_client_id
from core.decision
where kind = any(cast(:kinds as text[])) and client_id is not null
order by decision_id;

-- name: memberships_ever
select lead_id, client_id, from_decision, to_decision from core.membership;

-- name: standings
-- An id that sleeps holds no values.
select client_id, minted_by, case when state <> 'live' then changed_by end as changed_by,
       case when state <> 'live' and (name, given, patronymic, surname, company, tax_id, city) is distinct from ('', '', '', '', '', '', '')
              or state <> 'live' and cardinality(phones || emails || handles) > 0 then state || ', with values' else state end as state
from core.client;

-- name: aliases
select client_id, living_id from core.client_alias;

-- name: versions
-- How often the golden record of each client changed, and by which decision last.
select client_id, max(version) as version, max(decision_id) as decision_id
from core.client_history
group by client_id;

-- name: create_wrong_memberships
create temporary table wrong_membership (lead_id uuid, from_decision bigint) on commit drop;

-- name: delete_wrong_memberships
delete from core.membership
using wrong_membership as wrong
where membership.lead_id = wrong.lead_id and membership.from_decision = wrong.from_decision;

-- name: delete_aliases
delete from core.client_alias where client_id = any(cast(:client_ids as uuid[]));

-- name: insert_aliases
insert into core.client_alias (client_id, living_id, decision_id)
select client_id, living_id, decision_id
from unnest(cast(:client_ids as uuid[]), cast(:living_ids as uuid[]), cast(:decision_ids as bigint[])) as alias (client_id, living_id, decision_id);

-- name: put_clients
insert into core.client
select * from incoming_client order by client_id
on conflict (client_id) do update set
    state = excluded.state, version = excluded.version, name = excluded.name, given = excluded.given, patronymic = excluded.patronymic,
    surname = excluded.surname, phones = excluded.phones, emails = excluded.emails, handles = excluded.handles,
    company = excluded.company, tax_id = excluded.tax_id, city = excluded.city, lead_count = excluded.lead_count,
    first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at, provenance = excluded.provenance,
    minted_by = excluded.minted_by, changed_by = excluded.changed_by;
