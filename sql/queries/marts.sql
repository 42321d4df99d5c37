-- Marts: what goes around the files of sql/marts.

-- name: freeze
-- All statements of the transaction see core as it was at its first one.
set transaction isolation level repeatable read;

-- name: take_turn
-- Two builds at once would both write: the second waits here, and sees core as it is when its turn comes, because a lock
-- of a table takes no snapshot. Readers are not held up.
lock table mart.build in exclusive mode;

-- name: take_room
-- Sums over a million clients would go over the disk in the 4 MB that servers allow by default.
set local work_mem = '64MB';

-- name: read_whole
-- A full build reads every table whole, and just after it wrote them nobody has counted their rows: loops over indexes would be
-- chosen on guesses, and take hours.
set local enable_nestloop = off;

-- name: last_build
select * from mart.build;

-- name: open_due
-- What this build looks at anew, by what marts are made of.
select core.open_due();

-- name: open_mart
select core.open_mart(:mart);

-- name: take_changes
-- Rows that others write while this build runs are not seen, and stay for the next.
-- Who is of which account matters only where companies are counted: then both the client and the account are looked at anew.
with taken as (
    delete from core.mart_queue returning lead_id, client_id, deal_id, spend_day, account_id
)
insert into due_change
select lead_id, client_id, deal_id, spend_day from taken where account_id is null or :unit = 'company'
union
select null, account_id, null, null from taken where account_id is not null and :unit = 'company';

-- name: changes
-- everything: a row of nulls says that nobody knows what changed.
select count(distinct lead_id) as leads, coalesce(bool_or(num_nonnulls(lead_id, client_id, deal_id, spend_day) = 0), false) as everything
from due_change;

-- name: due_leads
with client as (
    select client_id from due_change where client_id is not null
)
insert into due_lead
select lead_id from due_change where lead_id is not null
union
select membership.lead_id from client inner join core.membership using (client_id) where membership.to_decision is null
union
select touchpoint.lead_id from client inner join mart.touchpoint using (client_id);

-- name: all_leads
insert into due_lead select lead_id from core.lead union select lead_id from mart.touchpoint;

-- name: due_deals
with client as (
    select client_id from due_change where client_id is not null
)
insert into due_deal
select deal_id from due_change where deal_id is not null
union
select deal.deal_id from client inner join core.deal using (client_id)
union
select deal.deal_id from client inner join mart.deal using (client_id);

-- name: all_deals
insert into due_deal select deal_id from core.deal union select deal_id from mart.deal;

-- name: due_clients
insert into due_client
select client_id from gone_touchpoint where client_id is not null
union
select client_id from fresh_touchpoint where client_id is not null
union
select client_id from gone_deal where client_id is not null
union
select client_id from fresh_deal where client_id is not null
union
select client_id from due_change where client_id is not null
union
select account.account_id from due_change inner join core.counted_account(:unit) as account using (client_id)
union
-- What a CRM knew is no touchpoint, and says since when a client is known.
select coalesce(account.account_id, membership.client_id)
from due_lead
inner join core.membership using (lead_id)
left join core.counted_account(:unit) as account on account.client_id = membership.client_id
where membership.to_decision is null;

-- name: all_clients
insert into due_client select client_id from mart.touchpoint where client_id is not null union select client_id from mart.client;

-- name: due_credits
insert into due_credit
select client_id from gone_touchpoint where client_id is not null
union
select client_id from fresh_touchpoint where client_id is not null
union
select client_id from gone_client
union
select client_id from fresh_client;

-- name: all_credits
insert into due_credit select client_id from mart.client union select client_id from mart.credit;

-- name: due_spend_days
insert into due_spend_day select distinct spend_day from due_change where spend_day is not null;

-- name: all_spend_days
insert into due_spend_day select day from core.spend union select day from mart.spend_per_channel_campaign_day_currency;

-- name: due_outcomes
-- Clients of whom something changed that is told where their touches are; a further touch alone is told where that touch is.
insert into due_outcome
select client_id
from gone_client as old
full join fresh_client as new using (client_id)
where (old.is_qualified, old.is_new, old.deals_won, old.revenue, old.first_won_day, old.known_since_day, old.first_touch_day, old.deals,
       old.first_deal_at, old.first_won_at, old.first_touch_site, old.first_touch_channel, old.first_touch_campaign)
      is distinct from
      (new.is_qualified, new.is_new, new.deals_won, new.revenue, new.first_won_day, new.known_since_day, new.first_touch_day, new.deals,
       new.first_deal_at, new.first_won_at, new.first_touch_site, new.first_touch_channel, new.first_touch_campaign);

-- name: due_cells
insert into due_cell
select day, site, channel, campaign from gone_touchpoint
union
select day, site, channel, campaign from fresh_touchpoint
union
select day, site, channel, campaign from gone_credit
union
select day, site, channel, campaign from fresh_credit
union
select credit.day, credit.site, credit.channel, credit.campaign from due_outcome inner join mart.credit using (client_id)
union
select touchpoint.day, touchpoint.site, touchpoint.channel, touchpoint.campaign from due_outcome inner join mart.touchpoint using (client_id)
union
select first_touch_day, first_touch_site, first_touch_channel, first_touch_campaign from gone_client inner join due_outcome using (client_id)
union
select first_touch_day, first_touch_site, first_touch_channel, first_touch_campaign from fresh_client inner join due_outcome using (client_id)
union
select day, site, channel, campaign from gone_spend_per_channel_campaign_day_currency
union
select day, site, channel, campaign from fresh_spend_per_channel_campaign_day_currency
union
select day, '', cast(:unattributed as text), '' from gone_deal where stage = 'won'
union
select day, '', cast(:unattributed as text), '' from fresh_deal where stage = 'won'
union
select deal.day, '', cast(:unattributed as text), '' from due_outcome inner join mart.deal using (client_id) where deal.stage = 'won';

-- name: all_cells
insert into due_cell
select day, site, channel, campaign from mart.touchpoint
union
select day, site, channel, campaign from mart.credit
union
select first_touch_day, first_touch_site, first_touch_channel, first_touch_campaign from mart.client
union
select day, site, channel, campaign from mart.spend_per_channel_campaign_day_currency
union
select day, '', cast(:unattributed as text), '' from mart.deal where stage = 'won'
union
select day, site, channel, campaign from mart.cost_per_channel_campaign_day
union
select day, site, channel, campaign from mart.funnel_per_channel_campaign_day;

-- name: due_weeks
-- Weeks of what came and went, in the cohorts that its clients are and were in; all weeks of a client whose cohort changed.
with place as (
    select client_id, cast(date_trunc('week', first_touch_day) as date) as first_week, first_touch_site as site, first_touch_channel as channel
    from due_client
    inner join mart.client using (client_id)
    union
    select client_id, cast(date_trunc('week', first_touch_day) as date), first_touch_site, first_touch_channel
    from gone_client
),

moved as (
    select client_id
    from gone_client as old
    full join fresh_client as new using (client_id)
    where (old.first_touch_day, old.first_touch_site, old.first_touch_channel, old.first_touch_lead_id)
          is distinct from (new.first_touch_day, new.first_touch_site, new.first_touch_channel, new.first_touch_lead_id)
),

deal as (
    select client_id, opened_day, day from gone_deal
    union all
    select client_id, opened_day, day from fresh_deal
    union all
    select deal.client_id, deal.opened_day, deal.day from moved inner join mart.deal using (client_id)
),

activity as (
    select client_id, day from gone_touchpoint
    union
    select client_id, day from fresh_touchpoint
    union
    select touchpoint.client_id, touchpoint.day from moved inner join mart.touchpoint using (client_id)
    union
    select client_id, opened_day from deal
    union
    select client_id, day from deal
)

insert into due_week
select distinct place.first_week, place.site, place.channel, cast(date_trunc('week', activity.day) as date)
from place
inner join activity using (client_id);

-- name: all_weeks
insert into due_week
with activity as (
    select client_id, cast(date_trunc('week', day) as date) as week from mart.touchpoint
    union
    select client_id, cast(date_trunc('week', opened_day) as date) from mart.deal
    union
    select client_id, cast(date_trunc('week', day) as date) from mart.deal
)
select cast(date_trunc('week', client.first_touch_day) as date), client.first_touch_site, client.first_touch_channel, activity.week
from mart.client
inner join activity using (client_id)
union
select first_week, site, channel, week from mart.cohort_per_channel_week;

-- name: due_managers
insert into due_manager
select manager, opened_day from gone_deal
union
select manager, opened_day from fresh_deal
union
select deal.manager, deal.opened_day from due_client inner join mart.deal using (client_id);

-- name: all_managers
insert into due_manager select manager, opened_day from mart.deal union select manager, day from mart.manager_per_channel_day;

-- name: due_days
insert into due_day
select day from gone_touchpoint where state in ('proposed', 'rejected')
union
select day from fresh_touchpoint where state in ('proposed', 'rejected')
union
-- Another rule may have said what was said before: no touchpoint changes by that.
select touchpoint.day from due_lead inner join mart.touchpoint using (lead_id) where touchpoint.state in ('proposed', 'rejected')
union
select day from gone_deal where stage in ('lost', 'junk')
union
select day from fresh_deal where stage in ('lost', 'junk')
union
select deal.day from due_client inner join mart.deal using (client_id) where deal.stage in ('lost', 'junk');

-- name: all_days
insert into due_day
select day from mart.touchpoint
union
select day from mart.deal
union
select day from mart.rejection_per_channel_day_stage
union
select day from mart.refusal_per_channel_day;

-- name: analyze_due
-- Temporary tables are analyzed by nobody else, and a plan for a thousand rows does not do for a million.
analyze due_change, due_lead, due_deal, due_client, due_credit, due_outcome, due_spend_day, due_cell, due_week, due_manager, due_day;

-- name: renew_mart
select core.renew_mart(:mart, :due);

-- name: remember_mart
select core.remember_mart(:mart, :due, :today);

-- name: touches
-- Touches of the clients due, in their order; a visit that the form remembered comes just before its lead's own.
select touchpoint.client_id, touchpoint.lead_id, visit.is_earlier, touchpoint.occurred_at, touchpoint.day, touchpoint.site, visit.channel,
       visit.campaign, visit.is_direct, client.first_won_day, client.is_qualified
from due_credit
inner join mart.touchpoint using (client_id)
inner join mart.client using (client_id)
cross join lateral (
    values (false, touchpoint.channel, touchpoint.campaign, touchpoint.is_direct),
           (true, touchpoint.earlier_channel, touchpoint.earlier_campaign, false)
) as visit (is_earlier, channel, campaign, is_direct)
where touchpoint.state <> 'rejected' and visit.channel is not null
order by touchpoint.client_id, touchpoint.occurred_at, touchpoint.lead_id, visit.is_earlier desc;

-- name: clients
select count(*) from mart.client;

-- name: effects
select channel, removal_effect from mart.channel_effect order by channel;

-- name: clear_effects
delete from mart.channel_effect;

-- name: clear_build
delete from mart.build;

-- name: restated
-- How figures of days up to a day changed in builds after it, per channel and over all.
select
    channel, sum(raw_leads) as raw_leads, sum(unique_clients) as unique_clients, sum(qualified_clients) as qualified_clients,
    sum(new_clients) as new_clients, sum(spend) as spend, sum(deals_won) as deals_won, sum(revenue) as revenue
from mart.cost_restatement
where attribution_model = :model and reported_day > :day and day <= :day
group by grouping sets ((channel), ())
having grouping(channel) = 0 or count(*) > 0
order by grouping(channel), channel;
