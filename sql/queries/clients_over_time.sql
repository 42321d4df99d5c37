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

-- name: abc_xyz
-- Of any months; the built table holds those of the configuration.
select client_id, deals_won, revenue, share, abc_class as abc, variation, xyz_class as xyz
from mart.abc_xyz(cast(:first_month as date), cast(:months_per_period as integer), cast(:periods as integer),
                  cast(:abc as numeric[]), cast(:xyz as numeric[]))
order by revenue desc, client_id;

-- name: completeness
select circle, source, manager, field, clients, filled
from mart.client_completeness
order by circle, source, manager, field;

-- name: incomplete
-- Clients of a circle that lack something the policy asks of it, largest buyers first.
select profile.client_id, coalesce(client.name, account.name) as name, profile.source, profile.manager, coalesce(segment.revenue, 0) as revenue,
       array(select name from unnest(cast(:required as text[])) with ordinality as required (name, place)
             where name <> all(profile.filled) order by place) as missing
from mart.client_profile as profile
left join core.client on client.client_id = profile.client_id
left join core.account on account.account_id = profile.client_id
left join mart.client_segment as segment on segment.client_id = profile.client_id
where cast(:circle as text) = any(profile.circles)
  and not cast(:required as text[]) <@ profile.filled
  and (cast(:source as text) is null or profile.source = :source)
  and (cast(:manager as text) is null or profile.manager = :manager)
order by coalesce(segment.revenue, 0) desc, profile.client_id;
