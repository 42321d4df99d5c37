-- mart.client_segment_month. Grain: month, from the first purchase to the build. Owner: clients over time.
-- Each span is up to three stays, each with the day it begins and the day it ends; who stands in a segment at the end of a month is
-- who came up to then without those who left: sums of events, so that ten years of a hundred thousand clients are one pass.
insert into mart.client_segment_month
    (month, until_day, clients_before, became_new, became_restored, became_lost, became_regular, clients, new_clients, regular_clients,
     restored_clients, lost_clients)
with span as (
    select *, lead(started_on) over (partition by client_id order by span) as next_started_on from mart.client_span
),

stay as (
    select stay.segment, stay.from_day, stay.to_day
    from span
    cross join lateral (
        values (case when span.span = 1 then 'new' else 'restored' end, span.started_on, least(span.settled_on, span.lost_on)),
               ('regular', span.settled_on, span.lost_on),
               ('lost', span.lost_on, span.next_started_on)
    ) as stay (segment, from_day, to_day)
    where stay.to_day is null or stay.from_day < stay.to_day
),

event as (
    select segment, from_day as day, 1 as coming, 1 as change from stay
    union all
    select segment, to_day, 0, -1 from stay where to_day is not null
),

per_month as (
    select cast(date_trunc('month', day) as date) as month, segment, sum(coming) as coming, sum(change) as change
    from event
    where day <= cast(:day as date)
    group by cast(date_trunc('month', day) as date), segment
),

calendar as (
    select cast(month as date) as month
    from (select min(month) as first_month from per_month) as bounds
    cross join lateral generate_series(cast(first_month as timestamp), cast(cast(:day as date) as timestamp), interval '1 month') as month
),

standing as (
    select calendar.month, segment.segment, coalesce(per_month.coming, 0) as coming,
           sum(coalesce(per_month.change, 0)) over (partition by segment.segment order by calendar.month) as clients
    from calendar
    cross join (values ('new'), ('regular'), ('restored'), ('lost')) as segment (segment)
    left join per_month on per_month.month = calendar.month and per_month.segment = segment.segment
),

told as (
    select
        month,
        sum(coming) filter (where segment = 'new') as became_new,
        sum(coming) filter (where segment = 'restored') as became_restored,
        sum(coming) filter (where segment = 'lost') as became_lost,
        sum(coming) filter (where segment = 'regular') as became_regular,
        sum(clients) filter (where segment <> 'lost') as clients,
        sum(clients) filter (where segment = 'new') as new_clients,
        sum(clients) filter (where segment = 'regular') as regular_clients,
        sum(clients) filter (where segment = 'restored') as restored_clients,
        sum(clients) filter (where segment = 'lost') as lost_clients
    from standing
    group by month
)

select
    month,
    least(cast(month + interval '1 month' as date) - 1, cast(:day as date)),
    coalesce(lag(clients) over (order by month), 0),
    became_new,
    became_restored,
    became_lost,
    became_regular,
    clients,
    new_clients,
    regular_clients,
    restored_clients,
    lost_clients
from told;
