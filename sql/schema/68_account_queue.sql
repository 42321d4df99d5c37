-- Which accounts a change may reach: the clients whose company may read otherwise now, and the keys by which clients meet.

create table core.account_queue (
    change_id bigint generated always as identity primary key,
    client_id uuid not null
);
comment on table core.account_queue is 'Clients that got, lost or reread a lead since accounts were made, written by triggers, as often as they did.';

create table core.account_key (
    client_id uuid   not null,
    key       bigint not null,
    form      text   not null,
    place     bigint not null,
    primary key (client_id, key, place)
);
comment on table core.account_key is 'Tax number, domains and names of the company that a living client names, as hashes: clients of one key may be of one account.';
comment on column core.account_key.form is 'Of a name: the code of its legal form, or empty.';
comment on column core.account_key.place is 'Of a name: the city as a hash, one row for each; 0 where none is named.';
create index account_key_key on core.account_key (key, place);

alter table core.account_shared_domain add column key bigint not null;
comment on column core.account_shared_domain.key is 'The domain as in core.account_key.';

create view core.company_sight as
select membership.client_id, lead.lead_id, lead.received_at, lead.company_name, lead.company_core, lead.legal_form, lead.tax_id, lead.city,
       firm.domains
from core.membership
join core.lead on lead.lead_id = membership.lead_id
cross join lateral (
    select array(
        select email ->> 'domain'
        from jsonb_array_elements(lead.emails) as email
        where not coalesce(cast(email ->> 'free' as boolean), false) and not coalesce(cast(email ->> 'disposable' as boolean), false)
          and coalesce(email ->> 'reason', '') not in ('relay', 'own_mailbox', 'own_domain', 'staff')
    ) as domains
) as firm
where membership.to_decision is null and (lead.company_core <> '' or lead.tax_id <> '' or firm.domains <> '{}');
comment on view core.company_sight is 'The company in each lead of a client that names one. Grain: lead.';

create function core.queue_for_accounts() returns trigger language plpgsql as $$
begin
    insert into core.account_queue (client_id) select distinct client_id from changed;
    return null;
end $$;

create trigger member_is_new_to_accounts after insert on core.membership
    referencing new table as changed for each statement execute function core.queue_for_accounts();
create trigger member_is_changed_for_accounts after update on core.membership
    referencing new table as changed for each statement execute function core.queue_for_accounts();

create function core.queue_reread_for_accounts() returns trigger language plpgsql as $$
begin
    insert into core.account_queue (client_id)
    select distinct membership.client_id
    from changed
    join before using (lead_id)
    join core.membership on membership.lead_id = changed.lead_id and membership.to_decision is null
    where (changed.company_name, changed.company_core, changed.legal_form, changed.tax_id, changed.city, changed.emails, changed.received_at)
        is distinct from (before.company_name, before.company_core, before.legal_form, before.tax_id, before.city, before.emails, before.received_at);
    return null;
end $$;

create trigger lead_is_reread_for_accounts after update on core.lead
    referencing old table as before new table as changed for each statement execute function core.queue_reread_for_accounts();

create function core.make_accounts_anew() returns trigger language plpgsql as $$
begin
    delete from core.account_build;
    return null;
end $$;

create trigger membership_is_emptied_for_accounts after truncate on core.membership for each statement execute function core.make_accounts_anew();
