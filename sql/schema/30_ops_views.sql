-- Where each record is, and the sums that must agree.

create view ops.record_place as
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
comment on view ops.record_place is 'The one place of each raw record: client, rejected, quarantined, erased or pending.';

create view ops.conservation as
select
    source,
    count(*) as received,
    count(*) filter (where place = 'client') as clients,
    count(*) filter (where place = 'rejected') as rejected,
    count(*) filter (where place = 'quarantined') as quarantined,
    count(*) filter (where place = 'erased') as erased,
    count(*) filter (where place = 'pending') as pending
from ops.record_place
group by source;
comment on view ops.conservation is 'received = clients + rejected + quarantined + erased + pending, per source.';

create view feed.client as
select client_id, name, given, patronymic, surname, phones, emails, handles, company, tax_id, city, lead_count, first_seen_at, last_seen_at, version
from core.client
where state = 'live';
comment on view feed.client is 'Living clients: the snapshot that a new consumer starts from.';

create view feed.alias as
select client_id, living_id
from core.client_alias;
comment on view feed.alias is 'Merged ids and the living clients they stand for.';

create view feed.event as
select written_by, seq, event_id, client_id, kind, payload, created_at
from core.outbox
where written_by < pg_snapshot_xmin(pg_current_snapshot());
comment on view feed.event is 'Changes in commit-safe order (written_by, seq): a row shows only when no older transaction can still add one before it.';
