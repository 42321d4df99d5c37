-- Accounts: the companies of clients.

create table core.account (
    account_id   uuid primary key,
    state        text        not null check (state in ('live', 'merged', 'closed')),
    version      integer     not null default 1,
    name         text        not null default '',
    legal_forms  text[]      not null default '{}',
    tax_ids      text[]      not null default '{}',
    domains      text[]      not null default '{}',
    cities       text[]      not null default '{}',
    client_count integer     not null default 0,
    minted_by    bigint      not null references core.decision,
    changed_by   bigint      not null references core.decision,
    holding_id   uuid references core.account
);
comment on column core.account.holding_id is 'The living account of the holding, as the feed was told last; what people said of it is core.account_holding.';
comment on table core.account is 'Companies behind clients. One may be many legal entities (tax_ids). An id is minted once and never given to another.';

create table core.account_alias (
    account_id  uuid primary key references core.account,
    living_id   uuid   not null references core.account,
    decision_id bigint not null references core.decision,
    constraint account_alias_is_another check (account_id <> living_id)
);
comment on table core.account_alias is 'A merged account and the living one that it stands for; always one step.';
create index account_alias_living on core.account_alias (living_id);

create table core.account_member (
    client_id     uuid   not null references core.client,
    account_id    uuid   not null references core.account,
    from_decision bigint not null references core.decision,
    to_decision   bigint references core.decision,
    primary key (client_id, from_decision)
);
comment on table core.account_member is 'Which client was of which account, from which decision to which.';
create unique index account_member_now on core.account_member (client_id) where to_decision is null;
create index account_member_account on core.account_member (account_id) where to_decision is null;
create index account_member_ended on core.account_member (to_decision) where to_decision is not null;

create table core.account_link (
    left_id  uuid not null,
    right_id uuid not null,
    evidence text not null check (evidence in ('person', 'tax_id', 'domain', 'name', 'name_and_city')),
    primary key (left_id, right_id)
);
comment on table core.account_link is 'What ties the clients of accounts together, one row for each join. Rebuilt with the accounts.';

create table core.account_shared_domain (
    domain    text primary key,
    companies integer not null
);
comment on table core.account_shared_domain is 'Domains of too many unlike companies to be one account''s: they tie nobody.';

create table core.account_holding (
    account_id  uuid primary key references core.account,
    holding_id  uuid   not null references core.account,
    decision_id bigint not null references core.decision,
    constraint holding_is_another check (account_id <> holding_id)
);
comment on table core.account_holding is 'Accounts that belong to a holding, which is an account too; said by people.';

create table core.account_build (
    only_one      boolean primary key default true check (only_one),
    last_decision bigint      not null,
    made_with     text        not null,
    built_at      timestamptz not null
);
comment on table core.account_build is 'Up to which decision accounts were made, so that a run in which no client changed does nothing.';

create view feed.account as
select account.account_id, account.name, account.legal_forms, account.tax_ids, account.domains, account.cities, account.client_count,
       account.holding_id, account.version
from core.account
where account.state = 'live';
comment on view feed.account is 'Living accounts.';

create view feed.account_member as
select member.client_id, member.account_id
from core.account_member as member
where member.to_decision is null;
comment on view feed.account_member is 'Which living client is of which account.';

create view feed.account_alias as
select account_alias.account_id, account_alias.living_id
from core.account_alias
inner join core.account on account.account_id = account_alias.living_id and account.state = 'live';
comment on view feed.account_alias is 'Merged accounts and the living one that each stands for.';

-- The unit of counting. Where companies are counted, a client counts as its account, where it has one.

create function core.counted_account(unit text) returns table (client_id uuid, account_id uuid) language sql stable
begin atomic
    select member.client_id, member.account_id
    from core.account_member as member
    where member.to_decision is null and unit = 'company';
end;
comment on function core.counted_account is
    'Which client counts as which account where companies are counted; nothing where persons are, and whom it does not name counts as itself.';

create function core.clients_counted_as(counted_id uuid) returns table (client_id uuid) language sql stable
begin atomic
    select counted_id
    union all
    select member.client_id from core.account_member as member where member.account_id = counted_id and member.to_decision is null;
end;
comment on function core.clients_counted_as is 'The clients behind an id of the marts: itself, or those of the account.';

alter table mart.build add column unit text not null default 'person' check (unit in ('person', 'company'));
comment on column mart.build.unit is
    'What a client is in the marts: person, or company: then client_id is the account''s id wherever the client has an account.';

alter table core.mart_queue add column account_id uuid;
comment on column core.mart_queue.account_id is 'The account that a client came to or left; of no matter where persons are counted.';

create function core.queue_account_members() returns trigger language plpgsql as $$
begin
    insert into core.mart_queue (client_id, account_id) select client_id, account_id from changed;
    return null;
end $$;
create trigger account_member_is_new_to_marts after insert on core.account_member
    referencing new table as changed for each statement execute function core.queue_account_members();
create trigger account_member_is_changed_for_marts after update on core.account_member
    referencing new table as changed for each statement execute function core.queue_account_members();
create trigger account_member_is_gone_from_marts after delete on core.account_member
    referencing old table as changed for each statement execute function core.queue_account_members();
create trigger account_member_is_emptied after truncate on core.account_member for each statement execute function core.queue_everything();

create view core.counted_client as
select client.client_id, coalesce(member.account_id, client.client_id) as counted_id
from core.client
left join mart.build on build.unit = 'company'
left join core.account_member as member on member.client_id = client.client_id and member.to_decision is null and build.unit = 'company'
where client.state = 'live';
comment on view core.counted_client is 'What each living client counts as, in the unit of the marts.';

create or replace view mart.client_profile as
select
    profile.client_id,
    profile.depth,
    mart.circles_of(profile.depth) as circles,
    profile.source,
    profile.manager,
    profile.filled_bits,
    mart.fields_of(profile.filled_bits) as filled
from (
    select
        counted.client_id,
        case
            when buyer.won_days > 1 then 4
            when buyer.client_id is not null then 3
            when enquirer.client_id is not null or dealt.client_id is not null then 2
            else 1
        end as depth,
        coalesce(touchpoint.source, known.source, '') as source,
        coalesce(dealt.manager, '(no manager)') as manager,
        counted.filled_bits
    from (
        -- A company has what one of its clients has.
        select
            counted_client.counted_id as client_id,
            bit_or(
                cast(client.name <> '' as integer) + 2 * cast(client.given <> '' as integer) + 4 * cast(client.surname <> '' as integer)
                + 8 * cast(client.phones <> '{}' as integer) + 16 * cast(client.emails <> '{}' as integer)
                + 32 * cast(client.handles <> '{}' as integer) + 64 * cast(client.company <> '' as integer)
                + 128 * cast(client.tax_id <> '' as integer) + 256 * cast(client.city <> '' as integer)
            ) as filled_bits
        from core.client
        inner join core.counted_client using (client_id)
        group by counted_client.counted_id
    ) as counted
    left join mart.client as enquirer on enquirer.client_id = counted.client_id
    left join mart.touchpoint on touchpoint.lead_id = enquirer.first_touch_lead_id
    left join mart.client_segment as buyer on buyer.client_id = counted.client_id
    left join (
        select counted_client.counted_id as client_id,
               (array_agg(deal.manager order by deal.opened_at desc, deal.deal_id desc) filter (where deal.manager <> ''))[1] as manager
        from core.deal
        left join core.client_alias on client_alias.client_id = deal.client_id
        inner join core.counted_client on counted_client.client_id = coalesce(client_alias.living_id, deal.client_id)
        group by counted_client.counted_id
    ) as dealt on dealt.client_id = counted.client_id
    left join (
        select distinct on (counted_client.counted_id) counted_client.counted_id as client_id, lead.source
        from core.membership
        inner join core.counted_client on counted_client.client_id = membership.client_id
        inner join core.lead on lead.lead_id = membership.lead_id
        where membership.to_decision is null
          and not exists (select from mart.client as other where other.client_id = counted_client.counted_id)
        order by counted_client.counted_id, lead.received_at, lead.lead_id
    ) as known on known.client_id = counted.client_id
) as profile;
