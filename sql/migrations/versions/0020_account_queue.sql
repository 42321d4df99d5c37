delete from core.account_shared_domain;
delete from core.account_build;

create table core.account_queue (
    change_id bigint generated always as identity primary key,
    client_id uuid not null
);
comment on table core.account_queue is 'Clients that got, lost or reread a lead since accounts were made, written by triggers, as often as they did.';

create table core.account_key (
    client_id uuid   not null,
    key       bigint not null,
    primary key (client_id, key)
);
comment on table core.account_key is 'Tax number, domains and names of the company that a living client names, as hashes: clients of one key may be of one account. And a hash of all it tells.';
create index account_key_key on core.account_key (key);

alter table core.account_shared_domain add column key bigint not null;
comment on column core.account_shared_domain.key is 'The domain as in core.account_key.';

create view core.company_sight as
select membership.client_id, lead.lead_id, lead.received_at, lead.company_name, lead.company_core, lead.legal_form, lead.tax_id, lead.city,
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
where membership.to_decision is null and (lead.company_core <> '' or lead.tax_id <> '' or firm.domains is not null);
comment on view core.company_sight is 'The company in each lead of a living client that names one. Grain: lead.';

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

grant select on core.account_key, core.account_queue, core.company_sight to leadfold_resolver;
grant insert, delete on core.account_key, core.account_queue to leadfold_resolver;
grant delete on core.account_build to leadfold_resolver;
