-- Guards against a silent drop: a record that was there before the last finished walk (a conform, then a fold that began
-- after it) and still has no place: no client, no rejection, no error. A few minutes are left for pages that were still
-- being landed when the walk began.
with walk as (
    select max(conform.started_at) as began_at
    from ops.run as conform
    where conform.step = 'conform'
      and conform.state = 'succeeded'
      and exists (
          select from ops.run as fold
          where fold.step = 'fold' and fold.state = 'succeeded' and fold.started_at >= conform.finished_at
      )
)

select cast(record_place.record_id as text) as subject
from ops.record_place
inner join raw.record using (record_id)
cross join walk
where record_place.place = 'pending' and record.received_at < walk.began_at - interval '5 minutes'
    -- Where nothing is counted as pending, no record is looked at: that the counts are right is the check `conservation`.
    and exists (select from ops.conservation where pending <> 0)
