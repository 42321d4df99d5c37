-- Health that a page can ask at any size: records counted as they move, the last run of each step found by an index, runs whose process is gone.

create table ops.record_count (
    source  text   not null,
    place   text   not null check (place in ('client', 'rejected', 'quarantined', 'erased', 'pending')),
    records bigint not null
);
comment on table ops.record_count is
    'How many records of a source are in a place: rows add up. Each change adds a row, so that nobody waits for anybody; written by triggers only.';

create function ops.place_of(is_erased boolean, is_quarantined boolean, is_rejected boolean, is_member boolean) returns text
    language sql immutable parallel safe as $$
    select case
        when is_erased then 'erased'
        when is_quarantined then 'quarantined'
        when is_rejected then 'rejected'
        when is_member then 'client'
        else 'pending'
    end
$$;
comment on function ops.place_of(boolean, boolean, boolean, boolean) is 'The one place of a record, by what is true of it and of its lead.';

create view ops.record_fact as
select
    record.record_id,
    record.source,
    record.external_id,
    lead_record.lead_id,
    membership.client_id,
    record.erased_at is not null as is_erased,
    quarantine.record_id is not null as is_quarantined,
    coalesce(classification.state = 'rejected', false) as is_rejected,
    membership.client_id is not null as is_member,
    case when classification.state <> 'accepted' then classification.stage end as stage
from raw.record
left join ops.quarantine using (record_id)
left join core.lead_record using (record_id)
left join core.classification using (lead_id)
left join core.membership on membership.lead_id = lead_record.lead_id and membership.to_decision is null;
comment on view ops.record_fact is 'What decides where a record is. Grain: record.';

create or replace view ops.record_place as
select record_id, source, external_id, lead_id, client_id, stage, ops.place_of(is_erased, is_quarantined, is_rejected, is_member) as place
from ops.record_fact;

create or replace view ops.conservation as
select
    source,
    cast(sum(records) as bigint) as received,
    cast(coalesce(sum(records) filter (where place = 'client'), 0) as bigint) as clients,
    cast(coalesce(sum(records) filter (where place = 'rejected'), 0) as bigint) as rejected,
    cast(coalesce(sum(records) filter (where place = 'quarantined'), 0) as bigint) as quarantined,
    cast(coalesce(sum(records) filter (where place = 'erased'), 0) as bigint) as erased,
    cast(coalesce(sum(records) filter (where place = 'pending'), 0) as bigint) as pending
from ops.record_count
group by source
having sum(records) <> 0;
comment on view ops.conservation is
    'received = clients + rejected + quarantined + erased + pending, per source; of the counts, which the check `conservation` holds to the records.';

-- Each of the five tables that decide on a place has triggers, and a statement writes one of them: what a trigger reads of the other four
-- holds, because those who write leads, verdicts and memberships take turns (the lock is that of sql/queries/leads.sql).
create function ops.count_change() returns trigger
    language plpgsql security definer set search_path = pg_catalog as $$
begin
    if tg_relid <> 'raw.record'::regclass then -- whoever lands waits for nobody
        perform pg_advisory_xact_lock(7205513003);
    end if;
    -- `execute` plans each time: a plan made for three rows would be walked for a million.
    execute 'insert into ops.record_count (source, place, records)
        select source, place, sum(change)
        from (' || tg_argv[0] || ') as changed
        cross join lateral (values (was, -1), (became, 1)) as told (place, change)
        where was is distinct from became and place is not null
        group by source, place
        having sum(change) <> 0';
    return null;
end $$;
comment on function ops.count_change() is
    'Counts what a statement changed. Its argument is a query for source, was and became: the places of each record before and after it.';

create trigger record_is_counted after insert on raw.record referencing new table as come
    for each statement execute function ops.count_change($$
        select source, null as was, ops.place_of(erased_at is not null, false, false, false) as became
        from come
    $$);
create trigger record_is_counted_erased after update on raw.record referencing old table as before new table as after
    for each statement execute function ops.count_change($$
        select fact.source,
            ops.place_of(before.erased_at is not null, fact.is_quarantined, fact.is_rejected, fact.is_member) as was,
            ops.place_of(fact.is_erased, fact.is_quarantined, fact.is_rejected, fact.is_member) as became
        from before
        inner join after using (record_id)
        inner join ops.record_fact as fact using (record_id)
        where (before.erased_at is null) <> (after.erased_at is null)
    $$);

create trigger quarantine_is_counted after insert on ops.quarantine referencing new table as come
    for each statement execute function ops.count_change($$
        select fact.source, ops.place_of(fact.is_erased, false, fact.is_rejected, fact.is_member) as was,
            ops.place_of(fact.is_erased, true, fact.is_rejected, fact.is_member) as became
        from come
        inner join ops.record_fact as fact using (record_id)
    $$);
create trigger quarantine_is_uncounted after delete on ops.quarantine referencing old table as gone
    for each statement execute function ops.count_change($$
        select fact.source, ops.place_of(fact.is_erased, true, fact.is_rejected, fact.is_member) as was,
            ops.place_of(fact.is_erased, false, fact.is_rejected, fact.is_member) as became
        from gone
        inner join ops.record_fact as fact using (record_id)
    $$);

create trigger lead_record_is_counted after insert on core.lead_record referencing new table as come
    for each statement execute function ops.count_change($$
        select fact.source, ops.place_of(fact.is_erased, fact.is_quarantined, false, false) as was,
            ops.place_of(fact.is_erased, fact.is_quarantined, fact.is_rejected, fact.is_member) as became
        from come
        inner join ops.record_fact as fact using (record_id)
    $$);
create trigger lead_record_is_moved after update on core.lead_record referencing old table as before new table as after
    for each statement execute function ops.count_change($$
        select fact.source,
            ops.place_of(
                fact.is_erased, fact.is_quarantined, coalesce(classification.state = 'rejected', false), membership.client_id is not null
            ) as was,
            ops.place_of(fact.is_erased, fact.is_quarantined, fact.is_rejected, fact.is_member) as became
        from before
        inner join after using (record_id)
        inner join ops.record_fact as fact using (record_id)
        left join core.classification on classification.lead_id = before.lead_id
        left join core.membership on membership.lead_id = before.lead_id and membership.to_decision is null
        where before.lead_id <> after.lead_id
    $$);
create trigger lead_record_is_uncounted after delete on core.lead_record referencing old table as gone
    for each statement execute function ops.count_change($$
        select fact.source,
            ops.place_of(
                fact.is_erased, fact.is_quarantined, coalesce(classification.state = 'rejected', false), membership.client_id is not null
            ) as was,
            ops.place_of(fact.is_erased, fact.is_quarantined, false, false) as became
        from gone
        inner join ops.record_fact as fact using (record_id)
        left join core.classification on classification.lead_id = gone.lead_id
        left join core.membership on membership.lead_id = gone.lead_id and membership.to_decision is null
    $$);

create trigger rejection_is_counted after insert on core.classification referencing new table as come
    for each statement execute function ops.count_change($$
        select fact.source, ops.place_of(fact.is_erased, fact.is_quarantined, false, fact.is_member) as was,
            ops.place_of(fact.is_erased, fact.is_quarantined, true, fact.is_member) as became
        from come
        inner join core.lead_record using (lead_id)
        inner join ops.record_fact as fact using (record_id)
        where come.state = 'rejected'
    $$);
create trigger rejection_is_recounted after update on core.classification referencing old table as before new table as after
    for each statement execute function ops.count_change($$
        select fact.source,
            ops.place_of(fact.is_erased, fact.is_quarantined, before.state = 'rejected', fact.is_member) as was,
            ops.place_of(fact.is_erased, fact.is_quarantined, after.state = 'rejected', fact.is_member) as became
        from before
        inner join after using (lead_id)
        inner join core.lead_record using (lead_id)
        inner join ops.record_fact as fact using (record_id)
        where (before.state = 'rejected') <> (after.state = 'rejected')
    $$);
create trigger rejection_is_uncounted after delete on core.classification referencing old table as gone
    for each statement execute function ops.count_change($$
        select fact.source, ops.place_of(fact.is_erased, fact.is_quarantined, true, fact.is_member) as was,
            ops.place_of(fact.is_erased, fact.is_quarantined, false, fact.is_member) as became
        from gone
        inner join core.lead_record using (lead_id)
        inner join ops.record_fact as fact using (record_id)
        where gone.state = 'rejected'
    $$);

create trigger membership_is_counted after insert on core.membership referencing new table as come
    for each statement execute function ops.count_change($$
        select fact.source, ops.place_of(fact.is_erased, fact.is_quarantined, fact.is_rejected, false) as was,
            ops.place_of(fact.is_erased, fact.is_quarantined, fact.is_rejected, true) as became
        from come
        inner join core.lead_record using (lead_id)
        inner join ops.record_fact as fact using (record_id)
        where come.to_decision is null
    $$);
create trigger membership_is_recounted after update on core.membership referencing old table as before new table as after
    for each statement execute function ops.count_change($$
        select fact.source,
            ops.place_of(fact.is_erased, fact.is_quarantined, fact.is_rejected, before.to_decision is null) as was,
            ops.place_of(fact.is_erased, fact.is_quarantined, fact.is_rejected, after.to_decision is null) as became
        from before
        inner join after using (lead_id, from_decision)
        inner join core.lead_record using (lead_id)
        inner join ops.record_fact as fact using (record_id)
        where (before.to_decision is null) <> (after.to_decision is null)
    $$);
create trigger membership_is_uncounted after delete on core.membership referencing old table as gone
    for each statement execute function ops.count_change($$
        select fact.source, ops.place_of(fact.is_erased, fact.is_quarantined, fact.is_rejected, true) as was,
            ops.place_of(fact.is_erased, fact.is_quarantined, fact.is_rejected, false) as became
        from gone
        inner join core.lead_record using (lead_id)
        inner join ops.record_fact as fact using (record_id)
        where gone.to_decision is null
    $$);

-- What a lead's end takes with it goes in one statement, whose triggers all look when everything is gone; a rejection has to end before.
create function ops.end_rejection() returns trigger
    language plpgsql security definer set search_path = pg_catalog as $$
begin
    delete from core.classification where lead_id = old.lead_id and state = 'rejected';
    return old;
end $$;
create trigger rejection_ends_first before delete on core.lead for each row execute function ops.end_rejection();

create function ops.recount_records() returns void
    language plpgsql security definer set search_path = pg_catalog as $$
begin
    perform pg_advisory_xact_lock(7205513003);
    -- One statement, one snapshot: what is landed meanwhile is in neither half, and counts itself.
    with old as (
        delete from ops.record_count
    )
    insert into ops.record_count (source, place, records)
    select source, place, count(*) from ops.record_place group by source, place;
end $$;
comment on function ops.recount_records() is 'Counts all records anew: after a restore of data only, or a table emptied by hand.';
revoke all on function ops.recount_records() from public;

create function ops.settle_record_counts() returns void
    language sql security definer set search_path = pg_catalog as $$
    with told as (
        delete from ops.record_count returning source, place, records
    )
    insert into ops.record_count (source, place, records)
    select source, place, sum(records) from told group by source, place having sum(records) <> 0
$$;
comment on function ops.settle_record_counts() is 'Adds the rows of ops.record_count up, one per source and place, so that they stay few.';
revoke all on function ops.settle_record_counts() from public;

create function ops.recount_when_emptied() returns trigger
    language plpgsql security definer set search_path = pg_catalog as $$
begin
    perform ops.recount_records();
    return null;
end $$;
create trigger quarantine_was_emptied after truncate on ops.quarantine for each statement execute function ops.recount_when_emptied();
create trigger lead_record_was_emptied after truncate on core.lead_record for each statement execute function ops.recount_when_emptied();
create trigger classification_was_emptied after truncate on core.classification for each statement execute function ops.recount_when_emptied();
create trigger membership_was_emptied after truncate on core.membership for each statement execute function ops.recount_when_emptied();

create index record_erased on raw.record (record_id) where erased_at is not null;

-- Review

-- Written by each fold where it placed a lead or changed a client: what the order of the queue asks of both clients of a doubt, so that it
-- is not looked up for every doubt each time somebody opens the page.
comment on column core.review.last_seen_at is 'When either of both clients was last heard of, at the last fold that changed one of them.';
create index review_unplaced on core.review (left_id) where left_client_id is null;
create index client_changed on core.client (changed_by);
create index lead_received on core.lead (lead_id) include (received_at);
create index classification_doubt on core.classification (lead_id) include (confidence, stage, rule) where state = 'proposed' and not by_person;

-- Behind a figure

create index client_newest on mart.client (last_touch_at desc, client_id);
create index touchpoint_newest on mart.touchpoint (occurred_at desc, lead_id) where counts_as_lead;

-- Joins

create index tag_campaign on core.tag (channel, campaign);
create index tag_unmatched on core.tag (channel, lead_id) where joined_by = '' and campaign <> '';

-- Runs

create index run_unfinished on ops.run (run_id) where state = 'running';
create index run_of_kind on ops.run (step, coalesce(source, ''), started_at desc, run_id desc);
create index check_result_age on ops.check_result (checked_at);
create index check_result_failed on ops.check_result (suite, name) where not passed;

create function ops.run_is_alive(run bigint) returns boolean
    language sql stable as $$
    -- The server lets a session's locks go when its connection ends, however it ends.
    select exists (
        select from pg_locks
        where locktype = 'advisory' and granted and objsubid = 2 and classid = 720551301 and objid = cast(run % 2147483648 as oid)
          and database = (select oid from pg_database where datname = current_database())
    )
$$;
comment on function ops.run_is_alive(bigint) is 'Whether the session that does a run is still there: it holds a lock of the run''s number as long as it lives.';

create or replace view mart.source_health as
with recursive kind (step, source) as (
    -- From one step and source to the next by the index: there are few of them, and many runs.
    (select step, coalesce(source, '') from ops.run order by step, coalesce(source, '') limit 1)
    union all
    select next.step, next.source
    from kind
    cross join lateral (
        select run.step, coalesce(run.source, '') as source
        from ops.run
        where (run.step, coalesce(run.source, '')) > (kind.step, kind.source)
        order by run.step, coalesce(run.source, '')
        limit 1
    ) as next
),
last_run as (
    select run.*
    from kind
    cross join lateral (
        select run_id, source, step, started_at, finished_at, state, error
        from ops.run
        where run.step = kind.step and coalesce(run.source, '') = kind.source
        order by started_at desc, run_id desc
        limit 1
    ) as run
),
counted as (
    select run_id, jsonb_object_agg(name, value) as counts
    from ops.count
    where run_id in (select run_id from last_run)
    group by run_id
)
select
    coalesce(last_run.source, conservation.source, '') as source,
    coalesce(last_run.step, '') as step,
    last_run.run_id,
    last_run.started_at,
    last_run.finished_at,
    case when last_run.state = 'running' and not ops.run_is_alive(last_run.run_id) then 'killed' else last_run.state end as state,
    last_run.error,
    coalesce(counted.counts, '{}') as counts,
    conservation.received,
    conservation.clients,
    conservation.rejected,
    conservation.quarantined,
    conservation.erased,
    conservation.pending
from last_run
left join counted using (run_id)
full join ops.conservation on conservation.source = last_run.source;

create or replace view mart.check_health as
with recursive kind (suite, name) as (
    (select suite, name from ops.check_result order by suite, name limit 1)
    union all
    select next.suite, next.name
    from kind
    cross join lateral (
        select check_result.suite, check_result.name
        from ops.check_result
        where (check_result.suite, check_result.name) > (kind.suite, kind.name)
        order by check_result.suite, check_result.name
        limit 1
    ) as next
)
select last_result.suite, last_result.name, last_result.passed, last_result.checked_at
from kind
cross join lateral (
    select suite, name, passed, checked_at
    from ops.check_result
    where check_result.suite = kind.suite and check_result.name = kind.name
    order by checked_at desc, check_result_id desc
    limit 1
) as last_result;
