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
    -- A value once, however many of the gone leads had it: a form's own text, or a burst's.
    insert into core.trace_due
    select distinct near.lead_id
    from (
        select case kind when 'crm' then 'contact' else kind end as kind, value,
               case kind when 'crm' then '-infinity' else min(received_at) - reach end as first_at,
               case kind when 'crm' then 'infinity' else max(received_at) + reach end as last_at
        from gone
        cross join lateral (select case kind when 'call' then interval '90 days' else interval '1 day' end) as far (reach)
        where kind <> 'contact'
        group by gone.kind, value, reach
    ) as was
    inner join core.lead_trace as near
        on near.kind = was.kind and near.value = was.value and near.received_at between was.first_at and was.last_at
    where not exists (select from gone where gone.lead_id = near.lead_id and gone.value = near.value)
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
