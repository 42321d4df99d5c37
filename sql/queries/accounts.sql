-- Accounts: what clients say of their companies, what people said of them, what stands.

-- name: last_decision
-- Accounts follow from decisions on clients and from people's words on accounts.
select coalesce(max(decision_id), 0)
from core.decision
where kind in ('mint', 'join', 'leave', 'merge', 'split', 'close', 'edit', 'erase', 'same_account', 'other_account', 'hold', 'release',
               'undo');

-- name: build
select last_decision, made_with from core.account_build;

-- name: keep_build
insert into core.account_build (last_decision, made_with, built_at) values (:last_decision, :made_with, :now)
on conflict (only_one) do update set last_decision = excluded.last_decision, made_with = excluded.made_with, built_at = excluded.built_at;

-- name: sights
-- The company in each lead of a living client that names one, a client's leads together, its newest first.
select membership.client_id::text as client_id, lead.company_name, lead.company_core, lead.legal_form, lead.tax_id, lead.city,
       firm.domains, client.first_seen_at
from core.membership
join core.client on client.client_id = membership.client_id and client.state = 'live'
join core.lead on lead.lead_id = membership.lead_id
cross join lateral (
    select array_agg(distinct email ->> 'domain') as domains
    from jsonb_array_elements(lead.emails) as email
    where not coalesce(cast(email ->> 'free' as boolean), false) and not coalesce(cast(email ->> 'disposable' as boolean), false)
      and coalesce(email ->> 'reason', '') not in ('relay', 'own_mailbox', 'own_domain', 'staff')
) as firm
where membership.to_decision is null and (lead.company_core <> '' or lead.tax_id <> '' or firm.domains is not null)
order by membership.client_id, lead.received_at desc, lead.lead_id;

-- name: words
-- A person's last word on each pair of clients that live, by the ids that they bear now. left_id: who was parted, of a pair told apart.
select distinct on (least(left_id, right_id), greatest(left_id, right_id)) left_id, right_id, kind = 'same_account' as same
from (
    select l.living as left_id, r.living as right_id, decision.kind, decision.decision_id
    from core.decision
    cross join lateral (select coalesce((select living_id from core.client_alias where client_alias.client_id = decision.client_id),
                                        decision.client_id)::text as living) as l
    cross join lateral (select coalesce((select living_id from core.client_alias where client_alias.client_id = decision.from_client_id),
                                        decision.from_client_id)::text as living) as r
    where decision.kind in ('same_account', 'other_account')
      and not exists (select from core.decision as undo where undo.kind = 'undo' and undo.supersedes = decision.decision_id)
) as word
where left_id <> right_id
order by least(left_id, right_id), greatest(left_id, right_id), decision_id desc;

-- name: first_seen
select client_id::text as client_id, first_seen_at from core.client where client_id = any(cast(:client_ids as uuid[])) and state = 'live';

-- name: members
select client_id::text as client_id, account_id::text as account_id, from_decision from core.account_member where to_decision is null;

-- name: accounts
select account_id::text as account_id, state, version, minted_by, changed_by, name, legal_forms, tax_ids, domains, cities, client_count,
       holding_id::text as holding_id
from core.account;

-- name: holdings
-- Which account people put under which, and for whom a merged holding stands.
select holding.account_id::text as account_id, holding.holding_id::text as holding_id, alias.living_id::text as living_id
from core.account_holding as holding
left join core.account_alias as alias on alias.account_id = holding.holding_id
order by holding.account_id;

-- name: dormant
-- The clients that a merged or closed account had at that moment.
select account.account_id::text as account_id, member.client_id::text as client_id
from core.account
join core.account_member as member on member.account_id = account.account_id and member.to_decision = account.changed_by
where account.state <> 'live';

-- name: allot_decisions
select nextval(pg_get_serial_sequence('core.decision', 'decision_id')) from generate_series(1, :n);

-- name: close_members
update core.account_member set to_decision = moved.decision_id
from unnest(cast(:client_ids as uuid[]), cast(:decision_ids as bigint[])) as moved (client_id, decision_id)
where account_member.client_id = moved.client_id and account_member.to_decision is null;

-- name: create_incoming
create temporary table incoming_account (like core.account) on commit drop;

-- name: upsert
insert into core.account
select * from incoming_account order by account_id
on conflict (account_id) do update set
    state = excluded.state, version = excluded.version, name = excluded.name, legal_forms = excluded.legal_forms, tax_ids = excluded.tax_ids,
    domains = excluded.domains, cities = excluded.cities, client_count = excluded.client_count, changed_by = excluded.changed_by,
    holding_id = excluded.holding_id;

-- name: wake
delete from core.account_alias where account_id = any(cast(:account_ids as uuid[]));

-- name: alias
insert into core.account_alias (account_id, living_id, decision_id)
select account_id, living_id, decision_id
from unnest(cast(:account_ids as uuid[]), cast(:living_ids as uuid[]), cast(:decision_ids as bigint[])) as merged (account_id, living_id, decision_id)
on conflict (account_id) do update set living_id = excluded.living_id, decision_id = excluded.decision_id;

-- name: shorten_aliases
update core.account_alias set living_id = further.living_id
from core.account_alias as further
where account_alias.living_id = further.account_id;

-- name: repoint_aliases
-- A merged account stands for the one that holds most of the clients it had when it merged.
with holder as (
    select distinct on (account_alias.account_id) account_alias.account_id, now.account_id as living_id
    from core.account_alias
    join core.account using (account_id)
    join core.account_member as was on was.to_decision = account.changed_by and was.account_id = account.account_id
    join core.account_member as now on now.client_id = was.client_id and now.to_decision is null
    group by account_alias.account_id, account_alias.living_id, now.account_id
    order by account_alias.account_id, count(*) desc, now.account_id <> account_alias.living_id, now.account_id
)
update core.account_alias set living_id = holder.living_id
from holder
where account_alias.account_id = holder.account_id and account_alias.living_id <> holder.living_id;

-- name: clear_links
delete from core.account_link;

-- name: clear_shared
delete from core.account_shared_domain;

-- name: insert_word
insert into core.decision (kind, client_id, from_client_id, actor_kind, actor, supersedes, decided_at)
values (:kind, :client_id, :other_id, 'person', :actor, :supersedes, :now)
returning decision_id;

-- name: living_client
select coalesce(client_alias.living_id, client.client_id)::text as client_id
from core.client
left join core.client_alias using (client_id)
where client.client_id = :client_id;

-- name: living_account
select account.account_id::text as account_id
from core.account
left join core.account_alias as alias on alias.living_id = account.account_id and alias.account_id = :account_id
where account.state = 'live' and (account.account_id = :account_id or alias.account_id is not null);

-- name: account_of
select member.account_id::text as account_id from core.account_member as member where client_id = :client_id and to_decision is null;

-- name: other_member
-- Whom to part a client of an account from: one whom evidence ties it to, else who is longest with the account.
select member.client_id::text as client_id
from core.account_member as member
left join core.account_link as link
    on least(member.client_id, :except_id) = link.left_id and greatest(member.client_id, :except_id) = link.right_id
where member.account_id = :account_id and member.to_decision is null and member.client_id <> :except_id
order by link.left_id is null, member.from_decision, member.client_id
limit 1;

-- name: list
select account.account_id::text as account_id, account.name, account.legal_forms, account.tax_ids, account.domains, account.client_count,
       holding.holding_id::text as holding_id
from core.account
left join core.account_holding as holding using (account_id)
where account.state = 'live' and account.client_count >= :least
order by account.client_count desc, account.account_id
limit :most;

-- name: links_of
select link.left_id::text as left_id, link.right_id::text as right_id, link.evidence
from core.account_link as link
join core.account_member as member on member.client_id = link.left_id and member.to_decision is null
where member.account_id = :account_id
order by link.evidence, link.left_id, link.right_id;

-- name: shared_domains
select domain, companies from core.account_shared_domain order by companies desc, domain;

-- name: holding_chain
-- An account and all that it belongs to.
with recursive above as (
    select cast(:account_id as uuid) as account_id
    union
    select holding.holding_id from above join core.account_holding as holding using (account_id)
)
select account_id::text as account_id from above;

-- name: hold
insert into core.account_holding (account_id, holding_id, decision_id) values (:account_id, :holding_id, :decision_id)
on conflict (account_id) do update set holding_id = excluded.holding_id, decision_id = excluded.decision_id;

-- name: release
delete from core.account_holding where account_id = :account_id;

-- name: decisions_on
-- What the ledger says of an account.
select decision_id, kind, actor_kind, actor, coalesce(note.why, '') as why, decided_at
from core.decision
left join core.judgement_note as note using (decision_id)
where kind like 'account\_%' and client_id = :account_id or kind in ('hold', 'release') and :account_id in (client_id, from_client_id)
order by decision_id;

-- name: word_in_force
select client_id, from_client_id
from core.decision
where decision_id = :decision_id and kind in ('same_account', 'other_account')
  and not exists (select from core.decision as undo where undo.kind = 'undo' and undo.supersedes = :decision_id);

-- name: words_on
-- What people said of the clients of an account, in force.
select decision.decision_id, decision.kind, decision.actor, coalesce(note.why, '') as why, decision.decided_at
from core.decision
left join core.judgement_note as note using (decision_id)
where decision.kind in ('same_account', 'other_account')
  and exists (select from core.account_member as member
              where member.account_id = :account_id and member.client_id in (decision.client_id, decision.from_client_id))
  and not exists (select from core.decision as undo where undo.kind = 'undo' and undo.supersedes = decision.decision_id)
order by decision.decision_id;

-- name: page
-- The living account of an id: of a client, an account, or one that was merged into it.
select account.account_id, account.name, account.tax_ids, account.domains, account.client_count, above.name as holding,
       exists (select from core.account as own where own.account_id = cast(:subject as uuid)) as is_asked
from core.account
left join core.account as above on above.account_id = account.holding_id
where account.state = 'live'
  and account.account_id in (
      cast(:subject as uuid),
      (select living_id from core.account_alias where account_id = cast(:subject as uuid)),
      (
          select member.account_id
          from core.account_member as member
          where member.to_decision is null
            and member.client_id = coalesce(
                (select living_id from core.client_alias where client_id = cast(:subject as uuid)), cast(:subject as uuid)
            )
      )
  );

-- name: page_clients
-- Clients of an account, those of most leads first, with the kinds of evidence that tie each to others of it.
select client.client_id, client.name, client.lead_count, client.last_seen_at,
       array(
           select distinct link.evidence
           from core.account_link as link
           inner join core.account_member as one on one.client_id = link.left_id and one.to_decision is null
           inner join core.account_member as other on other.client_id = link.right_id and other.to_decision is null
           where client.client_id in (link.left_id, link.right_id)
             and one.account_id = member.account_id and other.account_id = member.account_id
           order by link.evidence
       ) as evidence
from core.account_member as member
inner join core.client using (client_id)
where member.account_id = :account_id and member.to_decision is null
order by client.lead_count desc, client.client_id
limit :most;
