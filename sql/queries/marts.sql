-- Marts: what goes around the files of sql/marts.

-- name: freeze
-- All statements of the transaction see core as it was at its first one.
set transaction isolation level repeatable read;

-- name: take_turn
-- Two builds at once would both insert: the second waits here, and sees core as it is when its turn comes, because a lock
-- of a table takes no snapshot. Readers are not held up.
lock table mart.build in exclusive mode;

-- name: clear_touchpoint
-- Deleted, not truncated: readers keep the old batch until the new one commits.
delete from mart.touchpoint;

-- name: clear_client
delete from mart.client;

-- name: clear_credit
delete from mart.credit;

-- name: touches
-- Touches of clients in their order; a visit that the form remembered comes just before its lead's own.
select touchpoint.client_id, touchpoint.lead_id, visit.is_earlier, touchpoint.occurred_at, touchpoint.day, touchpoint.site, visit.channel,
       visit.campaign, visit.is_direct, client.first_won_day, client.is_qualified
from mart.touchpoint
inner join mart.client on client.client_id = touchpoint.client_id
cross join lateral (
    values (false, touchpoint.channel, touchpoint.campaign, touchpoint.is_direct),
           (true, touchpoint.earlier_channel, touchpoint.earlier_campaign, false)
) as visit (is_earlier, channel, campaign, is_direct)
where touchpoint.state <> 'rejected' and visit.channel is not null
order by touchpoint.client_id, touchpoint.occurred_at, touchpoint.lead_id, visit.is_earlier desc;

-- name: clear_cost_per_channel_campaign_day
delete from mart.cost_per_channel_campaign_day;

-- name: clear_spend_per_channel_campaign_day_currency
delete from mart.spend_per_channel_campaign_day_currency;

-- name: clear_rejection_per_channel_day_stage
delete from mart.rejection_per_channel_day_stage;

-- name: clear_build
delete from mart.build;
