-- Privacy: who may not be contacted, who was erased, and the keyed hashes by which an erased person's old data is known when it comes again.

create schema privacy;
comment on schema privacy is 'Opt-outs, erasures and their tombstones. Ids, counts, keyed hashes; what a person wrote as a reason.';

create table privacy.erasure (
    erasure_id uuid primary key,
    reason     text        not null check (reason in ('request', 'retention')),
    asked_by   text        not null,
    why        text        not null,
    erased_at  timestamptz not null,
    key_id     text        not null,
    client_ids uuid[]      not null default '{}',
    counts     jsonb       not null,
    decisions  bigint[]    not null default '{}',
    events     uuid[]      not null default '{}'
);
comment on table privacy.erasure is 'Every erasure: what was emptied, in numbers; append-only.';
comment on column privacy.erasure.key_id is 'Which key its tombstones were made with.';
comment on column privacy.erasure.events is 'The events that tell consumers of it.';

create trigger erasure_is_appended before update or delete or truncate on privacy.erasure
    for each statement execute function core.refuse_change();

create table privacy.tombstone (
    digest     bytea primary key check (octet_length(digest) = 32),
    kind       text        not null check (kind in ('record', 'contact', 'contact_and_name')),
    key_id     text        not null,
    erasure_id uuid        not null references privacy.erasure deferrable initially deferred,
    erased_at  timestamptz not null
);
comment on table privacy.tombstone is
    'What must not come back: HMAC-SHA256 of a record''s source and id, of a contact, of a shared contact with a name. No value can be read back without the key.';
create index tombstone_erasure on privacy.tombstone (erasure_id);

create table privacy.erased_client (
    client_id  uuid primary key references core.client,
    erasure_id uuid not null references privacy.erasure deferrable initially deferred
);
comment on table privacy.erased_client is 'Ids that were erased, merged ones among them: they never wake.';

create table privacy.emptied_record (
    record_id   bigint primary key references raw.record,
    erasure_id  uuid        not null references privacy.erasure deferrable initially deferred,
    at_the_door boolean     not null,
    emptied_at  timestamptz not null
);
comment on table privacy.emptied_record is 'Records without a body. at_the_door: it came after the erasure and was stopped by a tombstone.';
create index emptied_record_erasure on privacy.emptied_record (erasure_id);

create table privacy.expected_erasure (
    erasure_id uuid primary key,
    told_at    timestamptz not null
);
comment on table privacy.expected_erasure is
    'Erasures that the file beside the database tells of: one that is not in privacy.erasure was undone by a restored dump.';

create table privacy.acknowledgement (
    erasure_id      uuid        not null references privacy.erasure deferrable initially deferred,
    consumer        text        not null,
    asked_at        timestamptz not null,
    acknowledged_at timestamptz,
    told_by         text        not null default '',
    primary key (erasure_id, consumer),
    constraint acknowledgement_told check ((acknowledged_at is null) = (told_by = ''))
);
comment on table privacy.acknowledgement is 'Who else holds data of an erased person, and when they said that it is gone there too.';

create table privacy.search (
    search_id   bigint generated always as identity primary key,
    erasure_id  uuid        not null references privacy.erasure,
    searched_at timestamptz not null,
    columns     integer     not null,
    found       jsonb       not null
);
comment on table privacy.search is 'Searches of every text of the database for values of an erased person: how many columns, and rows found by column.';

create table privacy.suppression (
    suppression_id bigint generated always as identity primary key,
    channels       text[]      not null check (channels <@ array['phone', 'email', 'sms', 'messenger'] and channels <> '{}'),
    digests        bytea[]     not null default '{}',
    key_id         text        not null,
    said_by        text        not null,
    why            text        not null,
    since          timestamptz not null,
    released_at    timestamptz,
    released_by    text        not null default '',
    constraint suppression_released check ((released_at is null) = (released_by = ''))
);
comment on table privacy.suppression is 'Opt-outs: by which channels somebody may not be contacted. Ended, never deleted.';
comment on column privacy.suppression.digests is 'Keyed hashes of the contacts that it holds for, so that a later lead with one of them is suppressed too.';
create index suppression_digests on privacy.suppression using gin (digests) where released_at is null;

create table privacy.suppressed_lead (
    lead_id        uuid   not null,
    suppression_id bigint not null references privacy.suppression,
    primary key (lead_id, suppression_id)
);
comment on table privacy.suppressed_lead is
    'Which leads an opt-out holds for. It stays with the lead: whoever the lead belongs to is suppressed, after a merge and on both sides of a split.';

create view privacy.client_suppression as
select membership.client_id, array_agg(distinct channel.channel order by channel.channel) as channels
from privacy.suppression
inner join privacy.suppressed_lead using (suppression_id)
inner join core.membership on membership.lead_id = suppressed_lead.lead_id and membership.to_decision is null
cross join lateral unnest(suppression.channels) as channel (channel)
where suppression.released_at is null
group by membership.client_id;
comment on view privacy.client_suppression is 'By which channels a client may not be contacted: all that hold for any of its leads. Grain: client.';

create table privacy.client_flag (
    client_id uuid primary key references core.client,
    channels  text[] not null
);
comment on table privacy.client_flag is 'What consumers were told last of a client''s opt-outs; no row: nothing.';

-- Where a record becomes empty: one way for every role, and nobody may do more to a record than this.
create function privacy.empty_records(ids bigint[], names text[], groups text[], hashes bytea[], moment timestamptz) returns bigint
    language plpgsql security definer set search_path = pg_catalog as $$
declare
    emptied bigint;
begin
    delete from ops.quarantine where record_id = any(ids);
    delete from core.lead_record where record_id = any(ids);
    update raw.record set
        body = null, erased_at = moment, group_key = given.group_key, transport = '{}', media_type = '',
        external_id = given.name || case when exists (
            select from raw.record as other
            where other.source = record.source and other.external_id = given.name and other.content_hash = given.hash
        ) then '#' || record.record_id else '' end,
        content_hash = given.hash
    from unnest(ids, names, groups, hashes) as given (record_id, name, group_key, hash)
    where record.record_id = given.record_id and record.erased_at is null;
    get diagnostics emptied = row_count;
    return emptied;
end $$;
comment on function privacy.empty_records(bigint[], text[], text[], bytea[], timestamptz) is
    'Empties records: body, transport and place go, ids and content become keyed hashes; the row stays.';
revoke all on function privacy.empty_records(bigint[], text[], text[], bytea[], timestamptz) from public;

-- Rows whose text holds any of some values, by column: the proof that somebody is gone. Values are lower case.
create function privacy.sightings(wanted text[]) returns table (place text, held_by bigint)
    language plpgsql stable set search_path = pg_catalog as $$
declare
    held record;
    met bigint;
begin
    for held in
        select namespace.nspname, class.relname, attribute.attname
        from pg_attribute as attribute
        inner join pg_class as class on class.oid = attribute.attrelid and class.relkind = 'r'
        inner join pg_namespace as namespace on namespace.oid = class.relnamespace
        inner join pg_type as type on type.oid = attribute.atttypid
        left join pg_type as element on element.oid = type.typelem
        where attribute.attnum > 0 and not attribute.attisdropped
          and namespace.nspname not in ('pg_catalog', 'information_schema') and namespace.nspname !~ '^pg_'
          and (type.typname in ('text', 'varchar', 'jsonb', 'json', 'bytea', 'xml') or coalesce(element.typname, '') in ('text', 'varchar', 'jsonb', 'bytea'))
          and has_table_privilege(class.oid, 'select')
        order by 1, 2, 3
    loop
        execute format(
            'select count(*) from %I.%I where exists (select from unnest($1) as one where strpos(lower(%I::text), one) > 0)',
            held.nspname, held.relname, held.attname
        ) into met using wanted;
        place := format('%s.%s.%s', held.nspname, held.relname, held.attname);
        held_by := met;
        return next;
    end loop;
end $$;
comment on function privacy.sightings(text[]) is 'How many rows of each column of text hold one of these values, written or as hexadecimal bytes.';
revoke all on function privacy.sightings(text[]) from public;

-- History and events may lose what they say of an erased person, and nothing else, in a transaction that says that it erases.
create function core.refuse_change_but_erasure() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and current_setting('leadfold.erasing', true) = 'on' then
        return null;
    end if;
    raise exception '% is append-only: write a new row that supersedes the old one', tg_table_schema || '.' || tg_table_name
        using errcode = 'integrity_constraint_violation';
end $$;

drop trigger client_history_is_appended on core.client_history;
create trigger client_history_is_appended before update or delete or truncate on core.client_history
    for each statement execute function core.refuse_change_but_erasure();
drop trigger outbox_is_appended on core.outbox;
create trigger outbox_is_appended before update or delete or truncate on core.outbox
    for each statement execute function core.refuse_change_but_erasure();

create table mart.erased_per_channel_campaign_day (
    day            date   not null,
    site           text   not null,
    channel        text   not null,
    campaign       text   not null,
    leads          bigint not null,
    rejected_leads bigint not null,
    primary key (day, site, channel, campaign)
);
comment on table mart.erased_per_channel_campaign_day is
    'Leads that were erased, in numbers: what the other marts lost by it. Grain: day, site, channel, campaign. Not rebuilt.';

create or replace view feed.client as
select client_id, name, given, patronymic, surname, phones, emails, handles, company, tax_id, city, lead_count, first_seen_at, last_seen_at, version,
       coalesce(client_flag.channels, '{}') as suppressed
from core.client
left join privacy.client_flag using (client_id)
where state = 'live';
