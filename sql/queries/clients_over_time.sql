-- Clients over time: what goes around their files of sql/marts, and what the command `leadfold clients` reads.

-- name: forget_purchases
drop table if exists pg_temp.client_purchase;

-- name: take_purchases
-- Won deals of living clients, each as it is counted, up to the day of the build, each by its day: what two marts are made of.
create temporary table client_purchase on commit drop as
select coalesce(account.account_id, client.client_id) as client_id, won.day, won.revenue
from (
    select coalesce(client_alias.living_id, deal.client_id) as client_id, deal.amount_reporting as revenue,
           cast(coalesce(deal.closed_at, deal.opened_at) at time zone cast(:timezone as text) as date) as day
    from core.deal
    left join core.client_alias on client_alias.client_id = deal.client_id
    where deal.stage = 'won'
) as won
inner join core.client on client.client_id = won.client_id and client.state = 'live'
left join core.counted_account(:unit) as account on account.client_id = client.client_id
where won.day <= cast(:day as date);

-- name: clear_client_build
-- Deleted, not truncated: readers keep the old batch until the new one commits.
delete from mart.client_build;

-- name: clear_client_span
delete from mart.client_span;

-- name: clear_client_revenue_month
delete from mart.client_revenue_month;

-- name: clear_client_segment
delete from mart.client_segment;

-- name: clear_client_segment_month
delete from mart.client_segment_month;

-- name: clear_client_abc_xyz
delete from mart.client_abc_xyz;

-- name: clear_client_completeness
delete from mart.client_completeness;

-- name: build
select client_build.built_at, client_build.day, currency, lost_after_months, new_for_months, first_month, months_per_period, periods, abc, xyz,
       client_build.clients, buyers, client_build.deals_won, client_build.revenue, deals_of_nobody
from mart.client_build
cross join mart.build;

-- name: months
select *
from mart.client_segment_month
order by month;

-- name: segments_on
-- Clients per segment at the end of a day.
select segment, count(*) as clients
from mart.client_segment_on(cast(:day as date))
group by segment;

-- name: segments
select client_id, segment, since_day, first_won_day, last_won_day, deals_won, revenue
from mart.client_segment
order by revenue desc, client_id;

-- name: segment_clients
-- Clients of one figure of a month, largest first: those who stand in a segment at the end of its last day, or who came to it on a day of it.
-- Before a client is lost the next span has not begun: only who is lost is asked for it.
with chosen as (
    select span.client_id
    from mart.client_span as span
    left join mart.client_span as later on later.client_id = span.client_id and later.span = span.span + 1
    where span.started_on <= cast(:until_day as date)
      and case cast(:figure as text)
        when 'clients' then span.lost_on > cast(:until_day as date)
        when 'new_clients' then span.span = 1 and least(span.settled_on, span.lost_on) > cast(:until_day as date)
        when 'restored_clients' then span.span > 1 and least(span.settled_on, span.lost_on) > cast(:until_day as date)
        when 'regular_clients' then span.settled_on <= cast(:until_day as date) and span.lost_on > cast(:until_day as date)
        when 'lost_clients' then span.lost_on <= cast(:until_day as date)
            and (later.started_on is null or later.started_on > cast(:until_day as date))
        when 'became_new' then span.span = 1 and span.started_on >= cast(:month as date)
        when 'became_restored' then span.span > 1 and span.started_on >= cast(:month as date)
        when 'became_regular' then span.settled_on < span.lost_on and span.settled_on between cast(:month as date) and cast(:until_day as date)
        when 'became_lost' then span.lost_on between cast(:month as date) and cast(:until_day as date)
            and (later.started_on is null or span.lost_on < later.started_on)
        else false
    end
),

largest as (
    select client_id, ever.first_won_day, ever.last_won_day, ever.deals_won, ever.revenue
    from chosen
    inner join mart.client_segment as ever using (client_id)
    order by ever.revenue desc, client_id
    limit cast(:most as bigint)
)

select largest.*, coalesce(circle.source, '') as source, coalesce(circle.manager, '') as manager
from largest
left join mart.client_circle as circle using (client_id)
order by largest.revenue desc, largest.client_id;

-- name: matrix_of
-- All nine combinations of classes of any months, and what their clients bought for.
select abc.letter as abc, xyz.letter as xyz, count(class.client_id) as clients, coalesce(sum(class.revenue), 0) as revenue
from unnest(array['A', 'B', 'C']) as abc (letter)
cross join unnest(array['X', 'Y', 'Z']) as xyz (letter)
left join mart.abc_xyz(cast(:first_month as date), cast(:months_per_period as integer), cast(:periods as integer),
                       cast(:abc as numeric[]), cast(:xyz as numeric[])) as class
    on class.abc_class = abc.letter and class.xyz_class = xyz.letter
group by abc.letter, xyz.letter
order by abc.letter, xyz.letter;

-- name: matrix_built
-- The same of the months of the build.
select abc, xyz, clients, revenue
from mart.abc_xyz_matrix
order by abc, xyz;

-- name: classes_built
-- Clients of some classes of the months of the build, largest first; '' is any class.
select client_id, deals_won, revenue, share, abc, variation, xyz
from mart.client_abc_xyz
where (:abc_class = '' or abc = :abc_class) and (:xyz_class = '' or xyz = :xyz_class)
order by revenue desc, client_id
limit cast(:most as bigint);

-- name: classes_of
-- Clients of some classes of any months, largest first; '' is any class.
select client_id, deals_won, revenue, share, abc_class as abc, variation, xyz_class as xyz
from mart.abc_xyz(cast(:first_month as date), cast(:months_per_period as integer), cast(:periods as integer),
                  cast(:abc as numeric[]), cast(:xyz as numeric[]))
where (:abc_class = '' or abc_class = :abc_class) and (:xyz_class = '' or xyz_class = :xyz_class)
order by revenue desc, client_id
limit cast(:most as bigint);

-- name: completeness
select circle, source, manager, field, clients, filled
from mart.client_completeness
order by circle, source, manager, field;

-- name: filled
-- What is filled in by circle and field, and by source or manager where that is asked for.
select circle, case :by when 'source' then source when 'manager' then manager else '' end as part, field,
       cast(sum(clients) as bigint) as clients, cast(sum(filled) as bigint) as filled
from mart.client_completeness
group by circle, part, field
order by circle, part, field;

-- name: required
-- What was asked of each circle when the tables were built.
select circle, array_agg(distinct field order by field) as fields
from mart.client_completeness
where field <> '(all)'
group by circle;

-- name: incomplete
-- Clients of a circle that lack something the policy asks of it, largest buyers first; most null: all of them.
select client_id, source, manager, revenue,
       array(select name from unnest(cast(:required as text[])) with ordinality as required (name, place)
             where name <> all(mart.fields_of(filled_bits)) order by place) as missing
from (
    select *
    from mart.client_circle
    where depth >= array_position(mart.circles_of(4), cast(:circle as text))
      and filled_bits = any(array(select bits from generate_series(0, 511) as bits
                                  where not cast(:required as text[]) <@ mart.fields_of(bits)))
      and (cast(:source as text) is null or source = :source)
      and (cast(:manager as text) is null or manager = :manager)
    order by revenue desc, client_id
    limit cast(:most as bigint)
) as lacking
order by revenue desc, client_id;

-- name: names
-- What clients, and companies counted as one, are called. Read as leadfold_resolver.
select client_id, name
from core.client
where client_id = any(cast(:client_ids as uuid[])) and name <> ''
union all
select account_id, name
from core.account
where account_id = any(cast(:client_ids as uuid[])) and name <> '';
