-- Guards against clients who stand in no source, no manager or twice in the report of what is filled in.
select circle.circle as subject
from mart.client_build
cross join lateral (
    values ('all', client_build.clients),
           ('bought', client_build.buyers),
           ('regular', (select count(*) from mart.client_segment where won_days > 1))
) as circle (circle, clients)
where circle.clients <> coalesce((select sum(told.clients) from mart.client_completeness as told
                                  where told.circle = circle.circle and told.field = '(all)'), 0)
union all
select part.circle || ', ' || part.field
from mart.client_completeness as part
inner join mart.client_completeness as whole
    on whole.circle = part.circle and whole.source = part.source and whole.manager = part.manager and whole.field = '(all)'
where part.clients <> whole.clients or part.filled < whole.filled
union all
select 'turnover'
where (select coalesce(sum(revenue), 0) from mart.client_circle) <> (select coalesce(sum(revenue), 0) from mart.client_segment)
