-- What the page Health and the step `publish` count: numbers, names of steps and checks, sentences of errors; no data of people.

create view feed.backlog as
select
    count(*) filter (where written_by < pg_snapshot_xmin(pg_current_snapshot())) as shown,
    count(*) filter (where written_by >= pg_snapshot_xmin(pg_current_snapshot())) as waiting,
    min(created_at) filter (where written_by >= pg_snapshot_xmin(pg_current_snapshot())) as oldest_waiting_at,
    -- A number that this server has not reached yet came with a dump of another one.
    count(*) filter (where written_by >= pg_snapshot_xmax(pg_current_snapshot())) as stranded
from core.outbox;
comment on view feed.backlog is
    'Events that the feed shows, that wait for an older transaction to end, that carry another server''s numbers. Grain: one row.';

create view feed.server as
select system_identifier as server_id
from pg_control_system();
comment on view feed.server is 'Which server this is: transaction numbers, and so cursors, mean nothing on another one. Grain: one row.';

create view mart.quarantine_health as
select
    record.source,
    quarantine.stage,
    quarantine.error,
    count(*) as records,
    min(quarantine.first_at) as first_at,
    max(quarantine.last_at) as last_at
from ops.quarantine
inner join raw.record using (record_id)
group by record.source, quarantine.stage, quarantine.error;
comment on view mart.quarantine_health is 'Records in quarantine by error. Grain: source, stage, error.';

create view mart.spend_quarantine_health as
select file, error, count(*) as lines, max(seen_at) as last_at
from ops.spend_quarantine
group by file, error;
comment on view mart.spend_quarantine_health is 'Lines of spend, rate and deal files that could not be read. Grain: file, error.';

create view mart.check_health as
select distinct on (suite, name) suite, name, passed, checked_at
from ops.check_result
order by suite, name, checked_at desc, check_result_id desc;
comment on view mart.check_health is 'The last result of each check. Grain: suite, check.';

create view mart.gate_health as
select name, is_open, reason, changed_at
from ops.gate;
comment on view mart.gate_health is 'Whether each door is open, and why not. Grain: gate.';

create view mart.source_change_health as
select source, way, change, detail, noticed_at
from ops.source_change
where ended_at is null;
comment on view mart.source_change_health is 'Sources whose records look other than before: names of fields, no values. Grain: open change.';
