-- What clients said of their companies is kept, and their keys tell a name's legal form and city.

create table core.account_mention (
    client_id uuid  primary key,
    told      jsonb not null
);
comment on table core.account_mention is 'The company that a living client names, out of its leads. Rebuilt with the accounts.';
comment on column core.account_mention.told is
    'A list of names (each as typed, folded, and the code of its legal form), of tax numbers, of mail domains and of cities.';
grant select, insert, delete on core.account_mention to leadfold_resolver;

-- The next fold fills it: it looks at everyone, since accounts were made by other rules.
truncate core.account_key;
alter table core.account_key add column form text not null;
alter table core.account_key add column place bigint not null;
alter table core.account_key drop constraint account_key_pkey;
alter table core.account_key add primary key (client_id, key, place);
comment on table core.account_key is 'Tax number, domains and names of the company that a living client names, as hashes: clients of one key may be of one account.';
comment on column core.account_key.form is 'Of a name: the code of its legal form, or empty.';
comment on column core.account_key.place is 'Of a name: the city as a hash, one row for each; 0 where none is named.';
drop index core.account_key_key;
create index account_key_key on core.account_key (key, place);

drop view core.company_sight;
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
grant select on core.company_sight to leadfold_resolver;
