-- Guards against a client held up by an enquiry that is gone: a current membership without its lead. Silent while a conform
-- waits for its fold, which then lets such a lead leave.
select cast(membership.lead_id as text) as subject
from core.membership
left join core.lead using (lead_id)
where membership.to_decision is null
  and lead.lead_id is null
  and not exists (
      select from ops.run as conform
      where conform.step in ('conform', 'retry_quarantine')
        and coalesce(conform.finished_at, conform.started_at) >= (select max(started_at) from ops.run where step = 'fold' and state = 'succeeded')
  )
