-- Delivery to CRMs: which record of a CRM is which client, and what was written there last.

create table core.crm_record (
    crm          text        not null,
    client_id    uuid        not null,
    record_id    text        not null default '',
    state        text        not null check (state in ('creating', 'live', 'merged', 'gone', 'erased')),
    found_by     text        not null default '' check (found_by in ('', 'created', 'own id', 'history', 'contact', 'their merge')),
    sent         jsonb       not null default '{}',
    version      integer     not null default 0,
    last_seen_at timestamptz,
    note         text        not null default '',
    changed_at   timestamptz not null,
    primary key (crm, client_id),
    constraint crm_record_has_id check (record_id <> '' or state in ('creating', 'merged', 'gone', 'erased'))
);
comment on table core.crm_record is 'Which record of a CRM is which client. Holds no value of a person: digests only.';
comment on column core.crm_record.state is
    'creating: asked for, the answer is not known; merged: lives on in another client''s record; gone: deleted there and left so; erased: acknowledged at changed_at.';
comment on column core.crm_record.sent is 'By our field: digests of what was written (+), is being written (?), or stood there already (=).';
comment on column core.crm_record.version is 'The client''s version when it was last brought there.';
comment on column core.crm_record.last_seen_at is 'The client''s last enquiry at that moment: a later one brings a deleted record back.';
comment on column core.crm_record.note is 'What a person should look at: names of fields and ids only.';
create unique index crm_record_of_one_client on core.crm_record (crm, record_id) where state = 'live';

create view feed.crm_client as
select
    client.client_id, client.version, client.state, alias.living_id,
    client.name, client.given, client.patronymic, client.surname, client.phones, client.emails, client.handles,
    client.company, client.tax_id, client.city, client.lead_count, client.first_seen_at, client.last_seen_at,
    coalesce(first.source, '') as source, coalesce(first.source_kind, '') as source_kind, coalesce(first.site, '') as site,
    coalesce(first.page, '') as page, coalesce(first.utm, '{}') as utm,
    coalesce(tag.channel, '') as channel, coalesce(tag.campaign, '') as campaign,
    coalesce(latest.message, '') as message, coalesce(latest.subject, '') as subject
from core.client
left join core.client_alias as alias using (client_id)
left join lateral (
    select lead.lead_id, lead.source, lead.source_kind, lead.site, lead.page, lead.utm
    from core.membership
    join core.lead using (lead_id)
    where membership.client_id = client.client_id and membership.to_decision is null
    order by lead.source_kind = 'crm', lead.received_at, lead.lead_id
    limit 1
) as first on true
left join core.tag on tag.lead_id = first.lead_id
left join lateral (
    select lead.message, lead.subject
    from core.membership
    join core.lead using (lead_id)
    where membership.client_id = client.client_id and membership.to_decision is null and lead.message <> ''
    order by lead.received_at desc, lead.lead_id desc
    limit 1
) as latest on true;
comment on view feed.crm_client is
    'A client as a CRM is told of it, merged and closed ones too, with what its first enquiry came from and its last message.';
