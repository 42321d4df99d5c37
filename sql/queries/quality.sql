-- Results of checks and the gate before publishing.

-- name: failed_now
-- What failed in the last run of each suite, last by its number, since a clock may be set back; checks that no longer exist
-- do not hold the gate.
select check_result.suite, check_result.name
from ops.check_result
where not check_result.passed
  and check_result.checked_at = (
      select newest.checked_at from ops.check_result as newest where newest.suite = check_result.suite order by newest.check_result_id desc limit 1
  )
  and not exists (
      select from ops.check_result as later
      where later.suite = check_result.suite and later.name = check_result.name and later.check_result_id > check_result.check_result_id
  )
group by check_result.suite, check_result.name
order by check_result.suite, check_result.name;

-- name: prune_results
-- The last result of a check stays, however old: the page Health and the gate follow it.
delete from ops.check_result
where checked_at < :before
  and check_result_id <> (
      select newest.check_result_id from ops.check_result as newest
      where newest.suite = check_result.suite and newest.name = check_result.name
      order by newest.checked_at desc, newest.check_result_id desc limit 1
  );

-- name: set_gate
-- Touched only when it moves or its reason changes.
insert into ops.gate (name, is_open, reason, changed_at)
values (:name, :is_open, :reason, :now)
on conflict (name) do update set is_open = excluded.is_open, reason = excluded.reason, changed_at = excluded.changed_at
where (gate.is_open, gate.reason) is distinct from (excluded.is_open, excluded.reason);

-- name: is_open
select is_open from ops.gate where name = :name;

-- name: limit_statements
-- For the rest of the transaction, or up to the savepoint.
select set_config('statement_timeout', :milliseconds, true);

-- name: landed
-- What the suite `landing` looks at; no bodies.
select source, length(external_id) as external_id_length, extract(epoch from received_at) as received_at,
       extract(epoch from occurred_at - received_at) as ahead_seconds, octet_length(body) as body_length
from raw.record

-- name: landed_sources
-- A CRM's records change for years under one id.
select source, count(*) * 1.0 / count(distinct external_id) as contents_per_id
from raw.record
where transport ->> 'history' is null
group by source
having count(*) >= 100

-- name: leads
-- What the suite `conformed` looks at.
select lead.source, extract(epoch from lead.received_at) as received_at, lead.name_full, lead.conform_version,
       lead.utm ->> 'utm_campaign' as utm_campaign, classification.state, classification.stage,
       case when classification.state = 'accepted'
            then jsonb_array_length(lead.phones) + jsonb_array_length(lead.emails) + cardinality(lead.handles) end as genuine_contacts
from core.lead
left join core.classification using (lead_id)

-- name: phones
select phone.e164 from core.lead cross join lateral jsonb_to_recordset(lead.phones) as phone (e164 text)

-- name: emails
select email.canonical from core.lead cross join lateral jsonb_to_recordset(lead.emails) as email (canonical text)

-- name: sources
-- Shares of each source, from where they mean something.
select source, quarantined * 1.0 / received as quarantined_share, rejected * 1.0 / received as rejected_share
from ops.conservation
where received >= 50

-- name: costs
-- What the suite `mart` looks at.
select attribution_model, extract(epoch from day) as day, channel, currency, raw_leads, rejected_leads, unique_clients,
       qualified_clients, new_clients,
       case when channel = '(unallocated)' then raw_leads + unique_clients end as leads_of_unallocated,
       least(raw_leads, rejected_leads, unique_clients, qualified_clients, new_clients, returning_clients, deals_won) as least_count
from mart.cost_per_channel_campaign_day

-- name: tagging
select avg(cast(channel = '(unattributed)' as integer)) as unattributed_share
from mart.touchpoint
having count(*) >= 200

-- name: clients
select revenue, extract(epoch from first_touch_at) as first_touch_at, extract(epoch from last_touch_at) as last_touch_at
from mart.client
