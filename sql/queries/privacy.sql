-- Privacy: tombstones at the door, erasure, opt-outs, retention, what is held on a person.

-- name: any_tombstones
select exists (select from privacy.tombstone);

-- name: foreign_keys
-- Keys of tombstones that are not among those configured.
select key_id, count(*) as tombstones from privacy.tombstone where key_id <> all(cast(:key_ids as text[])) group by key_id order by key_id;

-- name: met
select digest, kind, key_id, erasure_id, erased_at
from privacy.tombstone
where digest = any(cast(:digests as bytea[]));

-- name: land_emptied
-- A record of an erased person: its row without its body. One that stands there already is a redelivery.
with landed as (
    insert into raw.record (source, external_id, group_key, content_hash, body, media_type, transport, received_at, occurred_at, erased_at)
    select :source, external_id, group_key, content_hash, null, '', '{}', received_at, occurred_at, :now
    from unnest(
        cast(:external_ids as text[]), cast(:group_keys as text[]), cast(:hashes as bytea[]), cast(:received_at as timestamptz[]),
        cast(:occurred_at as timestamptz[]), cast(:erasure_ids as uuid[])
    ) as stopped (external_id, group_key, content_hash, received_at, occurred_at, erasure_id)
    on conflict on constraint record_delivered_once do nothing
    returning record_id, source, external_id
)
insert into privacy.emptied_record (record_id, erasure_id, at_the_door, emptied_at)
select landed.record_id, max(stopped.erasure_id::text)::uuid, true, :now
from landed
inner join unnest(cast(:external_ids as text[]), cast(:erasure_ids as uuid[])) as stopped (external_id, erasure_id) using (external_id)
group by landed.record_id;

-- name: empty_records
select privacy.empty_records(
    cast(:record_ids as bigint[]), cast(:external_ids as text[]), cast(:group_keys as text[]), cast(:hashes as bytea[]), :now
);

-- name: note_emptied
insert into privacy.emptied_record (record_id, erasure_id, at_the_door, emptied_at)
select record_id, erasure_id, :at_the_door, :now
from unnest(cast(:record_ids as bigint[]), cast(:erasure_ids as uuid[])) as emptied (record_id, erasure_id)
on conflict (record_id) do nothing;

-- name: active_suppressions
select exists (select from privacy.suppression where released_at is null and digests <> '{}');

-- name: suppressions_met
select suppression_id, digests from privacy.suppression where released_at is null and digests && cast(:digests as bytea[]);

-- name: suppress_leads
insert into privacy.suppressed_lead (lead_id, suppression_id)
select lead_id, suppression_id
from unnest(cast(:lead_ids as uuid[]), cast(:suppression_ids as bigint[])) as held (lead_id, suppression_id)
on conflict do nothing;

-- name: changed_flags
-- Living clients whose opt-outs are not what consumers were told.
select client.client_id, client.version, coalesce(now_held.channels, '{}') as channels
from privacy.client_flag
full join privacy.client_suppression as now_held using (client_id)
inner join core.client using (client_id)
where client.state = 'live' and coalesce(client_flag.channels, '{}') <> coalesce(now_held.channels, '{}')
order by client.client_id;

-- name: write_flags
insert into privacy.client_flag (client_id, channels)
select client_id, string_to_array(channels, ',')
from unnest(cast(:client_ids as uuid[]), cast(:channels as text[])) as told (client_id, channels)
on conflict (client_id) do update set channels = excluded.channels;

-- name: flags
select client_id, channels from privacy.client_flag where client_id = any(cast(:client_ids as uuid[])) and channels <> '{}';

-- name: next_versions
update core.client set version = version + 1 where client_id = any(cast(:client_ids as uuid[])) returning client_id, version;

-- name: decide
insert into core.decision (kind, lead_ids, client_id, actor_kind, actor, evidence, decided_at)
select :kind, cast(:lead_ids as uuid[]), client_id, :actor_kind, :actor, cast(:evidence as jsonb), :now
from unnest(cast(:client_ids as uuid[])) as told (client_id)
returning decision_id, client_id;

-- name: decide_on_leads
insert into core.decision (kind, lead_ids, actor_kind, actor, evidence, decided_at)
values (:kind, cast(:lead_ids as uuid[]), :actor_kind, :actor, cast(:evidence as jsonb), :now)
returning decision_id;

-- name: add_suppression
insert into privacy.suppression (channels, digests, key_id, said_by, why, since)
values (cast(:channels as text[]), cast(:digests as bytea[]), :key_id, :said_by, :why, :now)
returning suppression_id;

-- name: release
update privacy.suppression set released_at = :now, released_by = :by
where suppression_id = any(cast(:ids as bigint[])) and released_at is null;

-- name: suppressions_on
-- Opt-outs in force that hold for some leads or contacts.
select distinct suppression.suppression_id, suppression.channels, suppression.since, suppression.said_by, suppression.why
from privacy.suppression
left join privacy.suppressed_lead using (suppression_id)
where suppression.released_at is null
  and (suppressed_lead.lead_id = any(cast(:lead_ids as uuid[])) or suppression.digests && cast(:digests as bytea[]))
order by suppression.suppression_id;

-- name: suppression_list
select suppression_id, channels, since, said_by, why,
       (select count(*) from privacy.suppressed_lead where suppressed_lead.suppression_id = suppression.suppression_id) as leads
from privacy.suppression
where released_at is null
order by suppression_id;

-- name: standing
-- What an id stands for: itself, or the client it was merged into.
select client.client_id, client.state, coalesce(alias.living_id, client.client_id) as living_id, erased.client_id is not null as is_erased
from core.client
left join core.client_alias as alias using (client_id)
left join privacy.erased_client as erased on erased.client_id = coalesce(alias.living_id, client.client_id)
where client.client_id = any(cast(:client_ids as uuid[]));

-- name: leads_of_clients
select lead.*, membership.client_id
from core.membership
inner join core.lead using (lead_id)
where membership.client_id = any(cast(:client_ids as uuid[])) and membership.to_decision is null
order by lead.lead_id;

-- name: leads_of_ids
select lead.*, membership.client_id
from core.lead
left join core.membership on membership.lead_id = lead.lead_id and membership.to_decision is null
where lead.lead_id = any(cast(:lead_ids as uuid[]))
order by lead.lead_id;

-- name: leads_by_trace
-- Leads that may have one of some contacts: those whose trace says so, and those that have no trace yet.
select lead.*, membership.client_id
from (
    select lead_id from core.lead_trace where kind = 'contact' and value = any(cast(:values as bigint[]))
    union
    select lead_id from core.lead_trace where kind = 'crm' and value = any(cast(:values as bigint[]))
    union
    select lead_id from core.trace_due
) as near
inner join core.lead using (lead_id)
left join core.membership on membership.lead_id = lead.lead_id and membership.to_decision is null
order by lead.lead_id;

-- name: all_leads
select * from core.lead order by lead_id;

-- name: all_record_ids
select record_id, source, external_id, group_key, content_hash, occurred_at from raw.record where erased_at is null order by record_id;

-- name: hubs_among
select field, value from core.hub
inner join unnest(cast(:fields as text[]), cast(:values as text[])) as asked (field, value) using (field, value);

-- name: records_of_leads
-- The records of some leads, and those beside them in the same groups that became no lead's.
with own as (
    select record.record_id, record.source, record.external_id, record.group_key, record.content_hash
    from core.lead_record
    inner join raw.record using (record_id)
    where lead_record.lead_id = any(cast(:lead_ids as uuid[])) and record.erased_at is null
)
select * from own
union
select beside.record_id, beside.source, beside.external_id, beside.group_key, beside.content_hash
from own
inner join raw.record as beside on beside.source = own.source and beside.group_key = own.group_key and beside.erased_at is null
where not exists (select from core.lead_record where lead_record.record_id = beside.record_id)
order by record_id;

-- name: records_of_ids
select record_id, source, external_id, group_key, content_hash
from raw.record
where record_id = any(cast(:record_ids as bigint[])) and erased_at is null
order by record_id;

-- name: unplaced_bodies
-- Records that became nothing yet: waiting, or in quarantine.
select record.record_id, record.source, record.external_id, record.group_key, record.content_hash, record.body
from raw.record
left join core.lead_record using (record_id)
where lead_record.record_id is null and record.erased_at is null
order by record.record_id;

-- name: begin_erasing
select set_config('leadfold.erasing', 'on', true);

-- name: add_tombstones
-- One that stands there already is renewed: what is dated up to the later erasure is stopped.
insert into privacy.tombstone (digest, kind, key_id, erasure_id, erased_at)
select digest, kind, :key_id, :erasure_id, :now
from unnest(cast(:digests as bytea[]), cast(:kinds as text[])) as fresh (digest, kind)
on conflict (digest) do update set erased_at = excluded.erased_at, erasure_id = excluded.erasure_id
where tombstone.erased_at < excluded.erased_at;

-- name: tombstones_of
select digest, kind from privacy.tombstone where erasure_id = :erasure_id order by kind, digest;

-- name: count_in_marts
insert into mart.erased_per_channel_campaign_day as sums (day, site, channel, campaign, leads, rejected_leads)
select day, site, channel, campaign, count(*), count(*) filter (where state = 'rejected')
from mart.touchpoint
where lead_id = any(cast(:lead_ids as uuid[])) and counts_as_lead
group by day, site, channel, campaign
on conflict (day, site, channel, campaign) do update set
    leads = sums.leads + excluded.leads, rejected_leads = sums.rejected_leads + excluded.rejected_leads;

-- name: delete_leads
delete from core.lead where lead_id = any(cast(:lead_ids as uuid[]));

-- name: delete_notes
delete from core.judgement_note using core.decision
where decision.decision_id = judgement_note.decision_id and decision.lead_ids && cast(:lead_ids as uuid[]);

-- name: delete_suppressed
delete from privacy.suppressed_lead where lead_id = any(cast(:lead_ids as uuid[]));

-- name: blank_deals
update core.deal set phone = '', email = '', client_id = null
where phone = any(cast(:phones as text[])) or email = any(cast(:emails as text[]))
   or client_id = any(cast(:client_ids as uuid[])) or record_id = any(cast(:record_ids as bigint[]));

-- name: deal_contacts
select deal_id, phone, email, opened_at from core.deal where phone <> '' or email <> '' order by deal_id;

-- name: blank_deals_named
update core.deal set phone = '', email = '' where deal_id = any(cast(:deal_ids as text[]));

-- name: quarantined_lines
select file, row_number, line from ops.spend_quarantine where line <> '';

-- name: blank_lines
update ops.spend_quarantine set line = ''
from unnest(cast(:files as text[]), cast(:numbers as integer[])) as held (file, row_number)
where spend_quarantine.file = held.file and spend_quarantine.row_number = held.row_number;

-- name: with_merged
-- Some clients, and the ids that were merged into them.
select client_id from core.client where client_id = any(cast(:client_ids as uuid[]))
union
select client_id from core.client_alias where living_id = any(cast(:client_ids as uuid[]))
order by client_id;

-- name: merged_into
-- The ids that were merged into each of some clients.
select living_id, client_id from core.client_alias where living_id = any(cast(:client_ids as uuid[])) order by living_id, client_id;

-- name: clients_ever_of
-- Every client that any of these leads ever belonged to.
select distinct client_id from core.membership where lead_id = any(cast(:lead_ids as uuid[])) order by client_id;

-- name: still_live
select client_id from core.client where client_id = any(cast(:client_ids as uuid[])) and state = 'live';

-- name: empty_history
update core.client_history set golden = '{"state": "erased"}' where client_id = any(cast(:client_ids as uuid[]));

-- name: empty_events
-- What an event of an erased client still says: who, which version, and who became of whom.
update core.outbox set payload =
    (select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(payload)
     where key in ('client_id', 'version', 'living_id', 'from_client_id', 'merged_ids', 'loser_ids', 'reason', 'changed', 'stages', 'suppressed'))
    || '{"client": null, "erased": true}'
where client_id = any(cast(:client_ids as uuid[])) and not coalesce(payload ? 'erased', false);

-- name: accounts_of
-- Every account that any of these clients was ever of, and whether it lives.
select distinct account.account_id, account.state = 'live' as lives, to_jsonb(account) as told
from core.account_member
inner join core.account using (account_id)
where account_member.client_id = any(cast(:client_ids as uuid[]))
order by account.account_id;

-- name: held_accounts
-- Companies that a person stands or stood under, and by what: not what others told of them.
select account.account_id, account.state, account.name, begun.decided_at as since, ended.decided_at as until,
       array(
           select distinct link.evidence
           from core.account_link as link
           inner join core.account_member as other
               on other.to_decision is null and other.account_id = member.account_id and other.client_id in (link.left_id, link.right_id)
           where member.to_decision is null and member.client_id in (link.left_id, link.right_id)
           order by link.evidence
       ) as tied_by
from core.account_member as member
inner join core.account using (account_id)
inner join core.decision as begun on begun.decision_id = member.from_decision
left join core.decision as ended on ended.decision_id = member.to_decision
where member.client_id = any(cast(:client_ids as uuid[]))
order by member.from_decision;

-- name: empty_accounts
update core.account set name = '', legal_forms = '{}', tax_ids = '{}', domains = '{}', cities = '{}'
where account_id = any(cast(:account_ids as uuid[])) and state <> 'live';

-- name: empty_account_events
update core.outbox set payload =
    (select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(payload) where key in ('account_id', 'version', 'living_id', 'from_account_id'))
    || '{"account": null, "erased": true}'
where client_id = any(cast(:account_ids as uuid[])) and kind like 'account.%';

-- name: histories
select client_id, version, golden from core.client_history where client_id = any(cast(:client_ids as uuid[])) order by client_id, version;

-- name: events_of
select seq, client_id, payload from core.outbox where client_id = any(cast(:client_ids as uuid[])) order by seq;

-- name: rewrite_history
update core.client_history set golden = cast(told.golden as jsonb)
from unnest(cast(:client_ids as uuid[]), cast(:versions as integer[]), cast(:golden as text[])) as told (client_id, version, golden)
where client_history.client_id = told.client_id and client_history.version = told.version;

-- name: rewrite_events
update core.outbox set payload = cast(told.payload as jsonb)
from unnest(cast(:seqs as bigint[]), cast(:payloads as text[])) as told (seq, payload)
where outbox.seq = told.seq;

-- name: current_values
select client_id, to_jsonb(client) as golden from core.client where client_id = any(cast(:client_ids as uuid[])) and state = 'live';

-- name: replace_content
update core.match_snapshot set content = :content where snapshot_id = :snapshot_id;

-- name: add_erased_clients
insert into privacy.erased_client (client_id, erasure_id)
select client_id, :erasure_id from unnest(cast(:client_ids as uuid[])) as gone (client_id)
on conflict (client_id) do nothing;

-- name: add_erasure
insert into privacy.erasure (erasure_id, reason, asked_by, why, erased_at, key_id, client_ids, counts, decisions, events)
values (:erasure_id, :reason, :asked_by, :why, :now, :key_id, cast(:client_ids as uuid[]), cast(:counts as jsonb), cast(:decisions as bigint[]), cast(:events as uuid[]));

-- name: ask_consumers
insert into privacy.acknowledgement (erasure_id, consumer, asked_at)
select :erasure_id, consumer, :now from ops.consumer where revoked_at is null
on conflict do nothing;

-- name: acknowledge_by_feed
-- A consumer that has come past the events of an erasure, and holds none of its clients back, has taken them.
update privacy.acknowledgement set acknowledged_at = :now, told_by = 'change feed'
from privacy.erasure, ops.consumer
where acknowledgement.acknowledged_at is null
  and erasure.erasure_id = acknowledgement.erasure_id and consumer.consumer = acknowledgement.consumer
  and consumer.seq is not null
  and not exists (
      select from core.outbox
      where outbox.event_id = any(erasure.events) and (outbox.written_by, outbox.seq) > (consumer.written_by, consumer.seq))
  and not exists (
      select from ops.delivery_hold
      where delivery_hold.consumer = consumer.consumer and delivery_hold.client_id = any(erasure.client_ids))
  and not exists (
      select from ops.delivery_skip
      where delivery_skip.consumer = consumer.consumer and delivery_skip.event_id = any(erasure.events));

-- name: acknowledge
insert into privacy.acknowledgement (erasure_id, consumer, asked_at, acknowledged_at, told_by)
select erasure_id, :consumer, erased_at, :now, :by from privacy.erasure where erasure_id = :erasure_id
on conflict (erasure_id, consumer) do update set acknowledged_at = excluded.acknowledged_at, told_by = excluded.told_by
where acknowledgement.acknowledged_at is null;

-- name: acknowledgements
select consumer, asked_at, acknowledged_at, told_by from privacy.acknowledgement where erasure_id = :erasure_id order by consumer;

-- name: erasures
select erasure_id, reason, asked_by, why, erased_at, key_id, client_ids, counts, decisions, events
from privacy.erasure
order by erased_at, erasure_id;

-- name: erasure
select erasure_id, reason, asked_by, why, erased_at, key_id, client_ids, counts, decisions, events
from privacy.erasure
where erasure_id = :erasure_id;

-- name: emptied_of
select record_id, at_the_door from privacy.emptied_record where erasure_id = :erasure_id order by record_id;

-- name: open_acknowledgements
select erasure_id, count(*) as open from privacy.acknowledgement where acknowledged_at is null group by erasure_id;

-- name: stopped_since
select erasure_id, count(*) as records from privacy.emptied_record where at_the_door group by erasure_id;

-- name: add_search
insert into privacy.search (erasure_id, searched_at, columns, found) values (:erasure_id, :now, :columns, cast(:found as jsonb));

-- name: searches
select searched_at, columns, found from privacy.search where erasure_id = :erasure_id order by search_id;

-- name: sightings
select place, held_by from privacy.sightings(cast(:wanted as text[]));

-- name: standing_here
-- Which erasures of the file are not known here although their clients or leads are: a dump was restored.
select told.erasure_id
from unnest(cast(:erasure_ids as uuid[]), cast(:ids as text[])) as told (erasure_id, ids)
where not exists (select from privacy.erasure where erasure.erasure_id = told.erasure_id)
  and (exists (select from core.client where client_id = any(cast(told.ids as uuid[])))
       or exists (select from core.lead where lead_id = any(cast(told.ids as uuid[]))));

-- name: expect
insert into privacy.expected_erasure (erasure_id, told_at)
select erasure_id, :now from unnest(cast(:erasure_ids as uuid[])) as told (erasure_id)
on conflict do nothing;

-- name: known_erasures
select erasure_id from privacy.erasure;

-- name: emptied_count
select count(*) from raw.record where erased_at is not null;

-- name: expired_rejected
select lead.lead_id
from core.lead
inner join core.classification using (lead_id)
inner join core.lead_record using (lead_id)
inner join raw.record using (record_id)
where classification.state = 'rejected' and (:stage = '' or classification.stage = :stage) and (:source = '' or lead.source = :source)
group by lead.lead_id
having max(record.received_at) < :before
order by lead.lead_id
limit :limit;

-- name: expired_quarantined
select record.record_id
from ops.quarantine
inner join raw.record using (record_id)
where (:source = '' or record.source = :source) and record.received_at < :before and record.erased_at is null
order by record.record_id
limit :limit;

-- name: expired_clients
-- Clients whose last enquiry is old, and who have no open deal.
select client.client_id
from core.client
where client.state = 'live' and client.last_seen_at < :before
  and not exists (select from core.deal where deal.client_id = client.client_id and deal.stage in ('new', 'qualified'))
order by client.client_id
limit :limit;

-- name: held_client
select client.*, to_jsonb(client) as golden from core.client where client_id = :client_id;

-- name: held_leads
select lead.*, to_jsonb(lead) as fields, to_jsonb(classification) as verdict, to_jsonb(tag) as tag
from core.lead
left join core.classification using (lead_id)
left join core.tag using (lead_id)
where lead.lead_id = any(cast(:lead_ids as uuid[]))
order by lead.received_at, lead.lead_id;

-- name: held_records
select record.record_id, record.source, record.external_id, record.group_key, record.media_type, record.transport, record.received_at, record.occurred_at,
       record.body, quarantine.error
from raw.record
left join ops.quarantine using (record_id)
where record.record_id = any(cast(:record_ids as bigint[]))
order by record.record_id;

-- name: held_decisions
select decision.decision_id, decision.kind, decision.lead_ids, decision.client_id, decision.from_client_id, decision.actor_kind, decision.actor,
       decision.actor_version, decision.score, decision.evidence, decision.supersedes, decision.decided_at, judgement_note.why
from core.decision
left join core.judgement_note using (decision_id)
where decision.client_id = any(cast(:client_ids as uuid[])) or decision.from_client_id = any(cast(:client_ids as uuid[]))
   or decision.lead_ids && cast(:lead_ids as uuid[])
order by decision.decision_id;

-- name: held_history
select client_id, version, decision_id, golden from core.client_history where client_id = any(cast(:client_ids as uuid[])) order by client_id, version;

-- name: held_events
select outbox.seq, outbox.event_id, outbox.client_id, outbox.kind, outbox.created_at,
       array(select consumer from ops.consumer
             where consumer.seq is not null and (outbox.written_by, outbox.seq) <= (consumer.written_by, consumer.seq)
               and not exists (select from ops.delivery_hold where delivery_hold.consumer = consumer.consumer and delivery_hold.client_id = outbox.client_id)
             order by consumer) as received_by
from core.outbox
where outbox.client_id = any(cast(:client_ids as uuid[]))
order by outbox.seq;

-- name: held_in_crms
select crm, client_id, record_id, state, changed_at from core.crm_record where client_id = any(cast(:client_ids as uuid[])) order by crm, client_id;

-- name: held_deals
select deal_id, client_id, phone, email, stage, amount, currency, opened_at, closed_at
from core.deal
where client_id = any(cast(:client_ids as uuid[])) or phone = any(cast(:phones as text[])) or email = any(cast(:emails as text[]))
order by deal_id;

-- name: held_pairs
select left_id, right_id, weight, levels, model_version
from core.evidence
where left_id = any(cast(:lead_ids as uuid[])) or right_id = any(cast(:lead_ids as uuid[]))
order by left_id, right_id;
