-- Guards against counting one record twice: quarantined and yet part of a lead, or erased and yet somewhere.
select cast(record_id as text) as subject
from ops.quarantine
inner join core.lead_record using (record_id)
union
select cast(record.record_id as text)
from raw.record
left join ops.quarantine using (record_id)
left join core.lead_record using (record_id)
where record.erased_at is not null and (quarantine.record_id is not null or lead_record.record_id is not null)
