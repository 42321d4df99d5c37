-- Deals that came back from the CRM.

-- name: create_loaded_deal
create temporary table loaded_deal (
    place     bigint generated always as identity,
    deal_id   text        not null,
    client_id uuid,
    phone     text        not null,
    email     text        not null,
    stage     text        not null,
    amount    numeric(18, 4),
    currency  text        not null,
    opened_at timestamptz not null,
    closed_at timestamptz,
    record_id bigint,
    read_as   text        not null default '',
    manager     text      not null default '',
    lost_reason text      not null default '',
    next_step_at      timestamptz,
    last_activity_at  timestamptz,
    first_response_at timestamptz
) on commit drop;

-- name: merge_deals
-- The last row of a deal decides. The client is what the file says, or unknown: link_deals finds it anew after each fold, so
-- that it never depends on an earlier state of the clients.
with newest as (
    select distinct on (deal_id) * from loaded_deal order by deal_id, place desc
),

changed as (
    select newest.deal_id
    from newest
    inner join core.deal using (deal_id)
    where (deal.phone, deal.email, deal.stage, deal.amount, deal.currency, deal.opened_at, deal.closed_at, deal.manager, deal.lost_reason)
          is distinct from (newest.phone, newest.email, newest.stage, newest.amount, newest.currency, newest.opened_at, newest.closed_at,
                            newest.manager, newest.lost_reason)
),

written as (
    insert into core.deal (deal_id, client_id, phone, email, stage, amount, currency, opened_at, closed_at, loaded_at, record_id, read_as,
                           manager, lost_reason, next_step_at, last_activity_at, first_response_at)
    select deal_id, client_id, phone, email, stage, amount, currency, opened_at, closed_at, :now, record_id, read_as, manager, lost_reason,
           next_step_at, last_activity_at, first_response_at
    from newest
    on conflict (deal_id) do update set
        client_id = excluded.client_id, phone = excluded.phone, email = excluded.email, stage = excluded.stage,
        amount = excluded.amount, currency = excluded.currency, opened_at = excluded.opened_at, closed_at = excluded.closed_at,
        record_id = excluded.record_id, read_as = excluded.read_as, manager = excluded.manager, lost_reason = excluded.lost_reason,
        next_step_at = excluded.next_step_at, last_activity_at = excluded.last_activity_at, first_response_at = excluded.first_response_at,
        loaded_at = case when deal.deal_id in (select deal_id from changed) then excluded.loaded_at else deal.loaded_at end
    returning (xmax = 0) as is_new
)
select count(*) filter (where is_new) as new, (select count(*) from changed) as changed from written;

-- name: convert_deals
with rated as (
    select deal.deal_id, case when deal.currency = :base then 1 else rate.per_base end as per_base
    from core.deal
    left join lateral (
        select fx_rate.per_base
        from core.fx_rate
        where fx_rate.currency = deal.currency and fx_rate.base = :base
          and fx_rate.day <= cast(coalesce(deal.closed_at, deal.opened_at) at time zone cast(:timezone as text) as date)
        order by fx_rate.day desc
        limit 1
    ) as rate on true
)
update core.deal set amount_reporting = round(deal.amount / rated.per_base, 4)
from rated
where deal.deal_id = rated.deal_id and deal.amount_reporting is distinct from round(deal.amount / rated.per_base, 4);

-- name: follow_aliases
update core.deal set client_id = client_alias.living_id
from core.client_alias
where deal.client_id = client_alias.client_id;

-- name: history_deals
-- The newest words of each deal that a CRM's history told and that could be placed, unless they were read so before.
select newest.*
from (
    select distinct on (external_id)
        record.record_id, source, external_id, group_key, body, media_type, transport, received_at, occurred_at
    from raw.record
    inner join core.lead_record using (record_id)
    where record.source = :source and record.transport ->> 'deal' is not null and record.erased_at is null
    order by external_id, coalesce(record.occurred_at, record.received_at) desc, record.content_hash desc
) as newest
left join core.deal on deal.record_id = newest.record_id
where deal.read_as is distinct from cast(:read_as as text)
order by newest.record_id;

-- name: drop_removed
delete from core.deal using raw.record
where deal.record_id = record.record_id and record.source <> all(cast(:sources as text[]));

-- name: link_records
-- A deal of a CRM's history belongs to whoever the CRM's record of its client belongs to now.
update core.deal set client_id = home.client_id
from (
    select deal.deal_id, membership.client_id
    from core.deal
    left join core.lead_record using (record_id)
    left join core.membership on membership.lead_id = lead_record.lead_id and membership.to_decision is null
    where deal.record_id is not null
) as home
where deal.deal_id = home.deal_id and deal.client_id is distinct from home.client_id;

-- name: link_contacts
-- A deal whose client nobody named goes to the one living client that has its phone or mailbox; where several have them,
-- to none.
with wanted as (
    select deal.deal_id, deal.phone, deal.email
    from core.deal
    where not exists (select from core.client where client.client_id = deal.client_id and client.state = 'live')
      and (deal.phone <> '' or deal.email <> '')
),

member as (
    select membership.client_id, lead.phones, lead.emails
    from core.membership
    inner join core.client on client.client_id = membership.client_id and client.state = 'live'
    inner join core.lead on lead.lead_id = membership.lead_id
    where membership.to_decision is null
),

owner as (
    select wanted.deal_id, member.client_id
    from member
    cross join lateral jsonb_to_recordset(member.phones) as phone (e164 text)
    inner join wanted on wanted.phone = phone.e164
    union
    select wanted.deal_id, member.client_id
    from member
    cross join lateral jsonb_to_recordset(member.emails) as email (canonical text)
    inner join wanted on wanted.email = email.canonical
),

only_owner as (
    select deal_id, cast(min(cast(client_id as text)) as uuid) as client_id
    from owner
    group by deal_id
    having count(*) = 1
)

update core.deal set client_id = only_owner.client_id
from only_owner
where deal.deal_id = only_owner.deal_id and deal.client_id is distinct from only_owner.client_id;

-- name: linked
select count(*) filter (where client.client_id is not null) as linked, count(*) filter (where client.client_id is null) as unlinked
from core.deal
left join core.client on client.client_id = deal.client_id and client.state = 'live';
