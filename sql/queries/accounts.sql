-- Accounts: what clients say of their companies, what people said of them, what stands.

-- name: build
select last_decision, made_with from core.account_build;

-- name: keep_build
insert into core.account_build (last_decision, made_with, built_at)
select coalesce(max(decision_id), 0), :made_with, :now from core.decision
on conflict (only_one) do update set last_decision = excluded.last_decision, made_with = excluded.made_with, built_at = excluded.built_at;

-- name: changed
-- Clients that got, lost or reread a lead since accounts were made.
select distinct client_id::text as client_id from core.account_queue;

-- name: forget_changed
delete from core.account_queue;

-- name: spoken_of
-- Clients of whom people said something, or took it back, since accounts were made.
with recent as (
    select coalesce(undone.kind, decision.kind) as kind, coalesce(undone.client_id, decision.client_id) as one_id,
           coalesce(undone.from_client_id, decision.from_client_id) as other_id
    from core.decision
    left join core.decision as undone on decision.kind = 'undo' and undone.decision_id = decision.supersedes
    where decision.decision_id > :last_decision
), named as (
    select kind, one_id as id from recent
    union
    select kind, other_id from recent
)
select coalesce(alias.living_id, named.id)::text as client_id
from named
left join core.client_alias as alias on alias.client_id = named.id
where named.kind in ('same_account', 'other_account') and named.id is not null
union
select member.client_id::text
from named
join core.account_member as member on member.account_id = named.id and member.to_decision is null
where named.kind in ('hold', 'release');

-- name: held_clients
-- Clients of all accounts that belong to a holding, and of those holdings.
select member.client_id::text as client_id
from core.account_holding as holding
left join core.account_alias as alias on alias.account_id = holding.holding_id
join core.account_member as member
    on member.to_decision is null and member.account_id in (holding.account_id, coalesce(alias.living_id, holding.holding_id));

-- name: standing
-- Clients, living or not, as they stood when accounts were made last.
select asked.client_id::text as client_id, mention.told, member.account_id::text as account_id, member.from_decision
from unnest(cast(:client_ids as uuid[])) as asked (client_id)
left join core.account_mention as mention using (client_id)
left join core.account_member as member on member.client_id = asked.client_id and member.to_decision is null;

-- name: namesakes
-- Under which legal forms clients bear these names, some clients left out, and two cities of each form where there are two.
select key, form, min(place) filter (where place <> 0) as one, max(place) filter (where place <> 0) as other
from unnest(cast(:keys as bigint[])) as asked (key)
join core.account_key using (key)
where account_key.client_id <> all(cast(:but as uuid[]))
group by key, form;

-- name: clients_with
-- Clients that have one of these keys, or one of those in a city.
select client_id::text as client_id
from unnest(cast(:keys as bigint[])) as asked (key)
join core.account_key using (key)
union
select client_id::text
from unnest(cast(:local_keys as bigint[]), cast(:places as bigint[])) as asked (key, place)
join core.account_key using (key, place);

-- name: clients_of
select client_id::text as client_id
from core.account_member
where account_id = any(cast(:account_ids as uuid[])) and to_decision is null;

-- name: clear_keys
delete from core.account_key where client_id = any(cast(:client_ids as uuid[]));

-- name: clear_all_keys
delete from core.account_key;

-- name: clear_mentions
delete from core.account_mention where client_id = any(cast(:client_ids as uuid[]));

-- name: clear_all_mentions
delete from core.account_mention;

-- name: all_sights
-- The company in each lead of each client, a client's leads together, its newest first.
select client_id::text as client_id, company_name, company_core, legal_form, tax_id, city, domains
from core.company_sight
order by company_sight.client_id, received_at desc, lead_id;

-- name: sights_of
-- As `all_sights`, of some clients.
select client_id::text as client_id, company_name, company_core, legal_form, tax_id, city, domains
from core.company_sight
where client_id = any(cast(:client_ids as uuid[]))
order by company_sight.client_id, received_at desc, lead_id;

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
    where decision.actor_kind = 'person' and decision.kind in ('same_account', 'other_account')
      and not exists (select from core.decision as undo where undo.kind = 'undo' and undo.supersedes = decision.decision_id)
) as word
where left_id <> right_id
order by least(left_id, right_id), greatest(left_id, right_id), decision_id desc;

-- name: first_seen
select client_id::text as client_id, first_seen_at from core.client where client_id = any(cast(:client_ids as uuid[])) and state = 'live';

-- name: members
select client_id::text as client_id, account_id::text as account_id, from_decision from core.account_member where to_decision is null;

-- name: all_accounts
-- Every account there ever was.
select account_id::text as account_id, state, version, minted_by from core.account;

-- name: accounts_ever_of
-- Every account that one of these clients is or was of.
select account_id::text as account_id, state, version, minted_by
from core.account
where account_id in (select account_id from core.account_member where client_id = any(cast(:client_ids as uuid[])));

-- name: all_golden
select account_id::text as account_id, name, legal_forms, tax_ids, domains, cities, client_count, holding_id::text as holding_id
from core.account;

-- name: golden_of
select account_id::text as account_id, name, legal_forms, tax_ids, domains, cities, client_count, holding_id::text as holding_id
from core.account
where account_id = any(cast(:account_ids as uuid[]));

-- name: holdings
-- Which account people put under which, and for whom a merged holding stands.
select holding.account_id::text as account_id, holding.holding_id::text as holding_id, alias.living_id::text as living_id
from core.account_holding as holding
left join core.account_alias as alias on alias.account_id = holding.holding_id
order by holding.account_id;

-- name: dormant
-- The clients that merged or closed accounts had at that moment.
select account.account_id::text as account_id, member.client_id::text as client_id
from core.account
join core.account_member as member on member.account_id = account.account_id and member.to_decision = account.changed_by
where account.state <> 'live' and account.account_id = any(cast(:account_ids as uuid[]));

-- name: close_members
update core.account_member set to_decision = moved.decision_id
from unnest(cast(:member_ids as uuid[]), cast(:decision_ids as bigint[])) as moved (client_id, decision_id)
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
delete from core.account_alias where account_id = any(cast(:ids as uuid[]));

-- name: alias
insert into core.account_alias (account_id, living_id, decision_id)
select account_id, living_id, decision_id
from unnest(cast(:ids as uuid[]), cast(:living_ids as uuid[]), cast(:decision_ids as bigint[])) as merged (account_id, living_id, decision_id)
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

-- name: links_among
-- What ties these clients: both ends of a link are among them, or neither.
select left_id::text as left_id, right_id::text as right_id, evidence
from core.account_link
where left_id = any(cast(:client_ids as uuid[]));

-- name: clear_links
delete from core.account_link
using unnest(cast(:left_ids as uuid[]), cast(:right_ids as uuid[])) as gone (left_id, right_id)
where account_link.left_id = gone.left_id and account_link.right_id = gone.right_id;

-- name: clear_all_links
delete from core.account_link;

-- name: clear_shared
delete from core.account_shared_domain where key = any(cast(:keys as bigint[]));

-- name: clear_all_shared
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
