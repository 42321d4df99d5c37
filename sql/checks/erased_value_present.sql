-- Guards against an erased person who is still told of: a record that an erasure emptied and that has a place, an erased client that
-- lives or has values, a version or an event of it with words.
select 'record ' || emptied_record.record_id as subject
from privacy.emptied_record
inner join raw.record using (record_id)
left join core.lead_record using (record_id)
left join ops.quarantine using (record_id)
where record.body is not null or record.transport <> '{}' or lead_record.record_id is not null or quarantine.record_id is not null
union all
select 'client ' || client.client_id
from privacy.erased_client
inner join core.client using (client_id)
where client.state = 'live' or client.name <> '' or client.phones <> '{}' or client.emails <> '{}' or client.handles <> '{}'
   or client.company <> '' or client.tax_id <> ''
union all
select 'version ' || client_history.version || ' of ' || client_history.client_id
from privacy.erased_client
inner join core.client_history using (client_id)
where client_history.golden - 'state' <> '{}'
union all
select 'event ' || outbox.seq
from privacy.erased_client
inner join core.outbox using (client_id)
where coalesce(outbox.payload -> 'client', 'null') <> 'null'
