-- Guards against clients lost or doubled between their deals and the segments: buyers, the months' coming and going, today's segments.
select 'buyers' as subject
from mart.client_build
where buyers <> (select count(*) from mart.client_segment)
   or buyers <> (select count(distinct client_id) from mart.client_span)
   or exists (
       select segment from mart.client_segment
       group by segment
       having count(*) <> (
           select case segment when 'new' then new_clients when 'regular' then regular_clients when 'restored' then restored_clients
                               else lost_clients end
           from mart.client_segment_month
           order by month desc
           limit 1
       )
   )
union all
select cast(month as text)
from (select *, lag(clients, 1, cast(0 as bigint)) over (order by month) as clients_of_month_before from mart.client_segment_month) as told
where clients_before <> clients_of_month_before
   or clients <> clients_before + became_new + became_restored - became_lost
   or clients <> new_clients + regular_clients + restored_clients
