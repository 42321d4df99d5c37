-- Guards against refusals that vanish from the table of reasons: rejected leads, deals that were lost or junk.
select 'leads' as subject
from mart.build
where rejections <> (select coalesce(sum(cases), 0) from mart.refusal_per_channel_day where step = 'lead')
union all
select 'deals'
from mart.build
where (select count(*) from mart.deal where stage in ('lost', 'junk'))
    <> (select coalesce(sum(cases), 0) from mart.refusal_per_channel_day where step <> 'lead')
union all
select 'all deals'
from mart.build
where deals <> (select count(*) from mart.deal)
