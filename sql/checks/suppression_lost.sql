-- Guards against a person who is called although they asked not to be: a living client whose opt-outs are not what consumers were
-- told, as after a merge that kept the weaker of two. Silent while a conform waits for its fold, which then tells them.
select cast(client.client_id as text) as subject
from privacy.client_suppression
full join privacy.client_flag using (client_id)
inner join core.client using (client_id)
where client.state = 'live'
  and coalesce(client_flag.channels, '{}') <> coalesce(client_suppression.channels, '{}')
  and not exists (
      select from ops.run as conform
      where conform.step in ('conform', 'retry_quarantine')
        and coalesce(conform.finished_at, conform.started_at) >= (select max(started_at) from ops.run where step = 'fold' and state = 'succeeded')
  )
