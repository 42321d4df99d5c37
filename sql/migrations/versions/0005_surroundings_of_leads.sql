-- What the leads around a lead say of it: bursts, repeats, senders known from before. A function of the set of leads.

create table core.lead_trace (
    lead_id     uuid        not null references core.lead on delete cascade,
    kind        text        not null check (kind in ('contact', 'crm', 'said', 'call', 'text', 'ip', 'agent', 'row')),
    value       bigint      not null,
    sender      bigint      not null,
    received_at timestamptz not null,
    primary key (lead_id, kind, value)
);
comment on table core.lead_trace is 'Hashes by which leads meet: contacts, words, addresses, numbers in a row. No value can be read back.';
comment on column core.lead_trace.sender is 'Hash of the first contact, so that one sender counts once.';
create index lead_trace_value on core.lead_trace (kind, value, received_at);

create table core.trace_due (
    lead_id uuid primary key
);
comment on table core.trace_due is 'Leads whose surroundings are to be looked at anew: new or changed ones, and those near a change.';

create table core.lead_surroundings (
    lead_id uuid    not null references core.lead on delete cascade,
    kind    text    not null check (kind in ('repeat_of', 'called_again', 'same_text', 'same_ip', 'same_agent', 'phones_in_a_row',
                                             'bought', 'refused_as')),
    many    integer not null default 0,
    said    text    not null default '',
    primary key (lead_id, kind)
);
comment on table core.lead_surroundings is 'What other leads, deals and people''s verdicts say of a lead; only what they say: most leads have no row.';

create function core.trace_value(text) returns bigint language sql immutable strict parallel safe
    return cast(cast('x' || left(md5($1), 16) as bit(64)) as bigint);
comment on function core.trace_value(text) is 'Hash of a contact, as traces keep it.';

create index deal_phone_trace on core.deal (core.trace_value('phone:' || phone)) where phone <> '';
create index deal_email_trace on core.deal (core.trace_value('email:' || email)) where email <> '';

create function core.trace_changed_leads() returns trigger language plpgsql as $$
begin
    insert into core.trace_due select lead_id from fresh on conflict do nothing;
    return null;
end $$;
create trigger lead_is_new after insert on core.lead
    referencing new table as fresh for each statement execute function core.trace_changed_leads();
create trigger lead_is_changed after update on core.lead
    referencing new table as fresh for each statement execute function core.trace_changed_leads();

create function core.trace_neighbours_of_gone() returns trigger language plpgsql as $$
begin
    insert into core.trace_due
    select distinct near.lead_id
    from gone
    inner join core.lead_trace as near
        on near.kind = case gone.kind when 'crm' then 'contact' else gone.kind end and near.value = gone.value
       and (gone.kind = 'crm'
            or near.received_at between gone.received_at - case gone.kind when 'call' then interval '90 days' else interval '1 day' end
                                    and gone.received_at + case gone.kind when 'call' then interval '90 days' else interval '1 day' end)
    where gone.kind <> 'contact' and near.lead_id <> gone.lead_id
    on conflict do nothing;
    return null;
end $$;
create trigger trace_is_gone after delete on core.lead_trace
    referencing old table as gone for each statement execute function core.trace_neighbours_of_gone();

create function core.trace_leads_of_new_deals() returns trigger language plpgsql as $$
begin
    insert into core.trace_due
    select distinct near.lead_id
    from fresh
    inner join core.lead_trace as near on near.kind = 'contact'
        and near.value = any(array[core.trace_value('phone:' || nullif(fresh.phone, '')), core.trace_value('email:' || nullif(fresh.email, ''))])
    on conflict do nothing;
    return null;
end $$;
create trigger deal_is_new after insert on core.deal
    referencing new table as fresh for each statement execute function core.trace_leads_of_new_deals();

create function core.trace_leads_of_changed_deals() returns trigger language plpgsql as $$
begin
    insert into core.trace_due
    select distinct near.lead_id
    from (
        select changed.phone, changed.email, changed.stage, coalesce(changed.closed_at, changed.opened_at) from fresh as changed
        except
        select was.phone, was.email, was.stage, coalesce(was.closed_at, was.opened_at) from old_rows as was
    ) as other (phone, email, stage, at)
    inner join core.lead_trace as near on near.kind = 'contact'
        and near.value = any(array[core.trace_value('phone:' || nullif(other.phone, '')), core.trace_value('email:' || nullif(other.email, ''))])
    on conflict do nothing;
    return null;
end $$;
create trigger deal_is_changed after update on core.deal
    referencing old table as old_rows new table as fresh for each statement execute function core.trace_leads_of_changed_deals();

create function core.trace_leads_of_judged() returns trigger language plpgsql as $$
begin
    insert into core.trace_due
    select distinct near.lead_id
    from core.lead_trace as judged
    inner join core.lead_trace as near on near.kind = 'contact' and near.value = judged.value and near.received_at > judged.received_at
    where judged.lead_id = new.lead_id and judged.kind = 'contact'
    on conflict do nothing;
    return null;
end $$;
create trigger classification_is_judged after update on core.classification for each row
    when (old.by_person is distinct from new.by_person or (new.by_person and (old.state, old.stage) is distinct from (new.state, new.stage)))
    execute function core.trace_leads_of_judged();

-- A genuine lead may carry a stage as a note: a repeat, a matter of service.
alter table core.classification drop constraint classification_stage;
alter table core.classification add constraint classification_stage
    check (case when state = 'accepted' then stage is null or stage in ('duplicate', 'support_existing') else stage is not null end);

create or replace view ops.record_place as
select
    record.record_id,
    record.source,
    record.external_id,
    lead_record.lead_id,
    membership.client_id,
    case when classification.state <> 'accepted' then classification.stage end as stage,
    case
        when record.erased_at is not null then 'erased'
        when quarantine.record_id is not null then 'quarantined'
        when classification.state = 'rejected' then 'rejected'
        when membership.client_id is not null then 'client'
        else 'pending'
    end as place
from raw.record
left join ops.quarantine using (record_id)
left join core.lead_record using (record_id)
left join core.classification using (lead_id)
left join core.membership on membership.lead_id = lead_record.lead_id and membership.to_decision is null;

comment on table core.classification is 'Whether a lead is genuine (a stage is a note then), doubted (proposed; stays visible) or rejected, with stage, rule and evidence.';

insert into core.trace_due select lead_id from core.lead;

grant select, insert, update, delete on core.lead_trace, core.trace_due, core.lead_surroundings to leadfold_resolver;
