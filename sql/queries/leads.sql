-- Leads: what conform writes, what classify and fold read.

-- name: lock_leads
-- Taken before a record or a lead is read: who reads older words must not write after who read newer ones.
select pg_advisory_xact_lock(7205513003);

-- name: by_key
-- A batch finds its rows by key. Without this a table that was filled a moment ago, and has no statistics yet, would be
-- scanned and sorted whole for each batch.
select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true);

-- name: pending_groups
-- Groups of the next pending records after :after: never read, or read by another conform version. Quarantined ones wait for a retry.
-- At most :limit records and, but for the first, :bytes of bodies.
select source, group_key, max(record_id) as last_record
from (
    select record.source, record.group_key, record.record_id, row_number() over (order by record.record_id) as place,
           sum(octet_length(record.body)) over (order by record.record_id) as bytes
    from raw.record
    left join core.lead_record using (record_id)
    left join ops.quarantine using (record_id)
    where record.record_id > :after
      and record.erased_at is null
      and quarantine.record_id is null
      and lead_record.conform_version is distinct from :version
    order by record.record_id
    limit :limit
) as pending
where place = 1 or bytes <= :bytes
group by source, group_key;

-- name: records_of_groups
-- :groups are pairs of source and group key; place: the first is 1. Transport as text: most are alike, and are read once. `offset 0` keeps the look-up of each group by itself: joined, and without statistics yet,
-- all records of a source would be compared with all its groups.
select wanted.place, record.external_id, record.body, record.media_type, record.received_at, record.occurred_at,
       cast(record.transport as text), record.record_id
from json_array_elements(cast(:groups as json)) with ordinality as wanted (pair, place)
cross join lateral (
    select record_id, external_id, body, media_type, transport, received_at, occurred_at
    from raw.record
    where source = wanted.pair ->> 0 and group_key = wanted.pair ->> 1 and erased_at is null
    order by record_id
    offset 0
) as record;

-- name: create_incoming
create temporary table incoming_lead (like core.lead including defaults) on commit drop;

-- name: create_incoming_record
create temporary table incoming_record (record_id bigint, lead_id uuid, conform_version integer) on commit drop;

-- name: analyze_incoming
analyze incoming_lead (lead_id);

-- name: claimed_by_others
-- Leads whose id another group has already.
select incoming_lead.lead_id
from incoming_lead
join core.lead on lead.lead_id = incoming_lead.lead_id
where (lead.source, lead.group_key) <> (incoming_lead.source, incoming_lead.group_key);

-- name: delete_vanished
-- A group that was read again may give other leads (a late message joins two conversations).
delete from core.lead
where lead_id in (
    select lead.lead_id
    from json_array_elements(cast(:groups as json)) as again (pair)
    cross join lateral (
        select lead_id from core.lead where source = again.pair ->> 0 and group_key = again.pair ->> 1 offset 0
    ) as lead
    where not exists (select from incoming_lead where incoming_lead.lead_id = lead.lead_id)
);

-- name: upsert_leads
-- A lead whose words changed is classified and tagged anew, unless a person has spoken. Its verdict stands until then: what the
-- ledger says already is not said again.
with written as (
    insert into core.lead
    select * from incoming_lead order by lead_id
    on conflict (lead_id) do update set
        source = excluded.source, source_kind = excluded.source_kind, group_key = excluded.group_key, received_at = excluded.received_at,
        site = excluded.site, region = excluded.region, name_full = excluded.name_full, name_given = excluded.name_given,
        name_patronymic = excluded.name_patronymic, name_surname = excluded.name_surname, phones = excluded.phones,
        emails = excluded.emails, handles = excluded.handles, company_name = excluded.company_name, company_core = excluded.company_core,
        legal_form = excluded.legal_form, tax_id = excluded.tax_id, city = excluded.city, message = excluded.message,
        subject = excluded.subject, page = excluded.page, referrer = excluded.referrer, utm = excluded.utm, click_ids = excluded.click_ids,
        campaign_id = excluded.campaign_id, dialled_number = excluded.dialled_number, call_status = excluded.call_status,
        call_duration = excluded.call_duration, signals = excluded.signals, refusals = excluded.refusals,
        conform_version = excluded.conform_version
    where lead.* is distinct from excluded.*
    returning lead_id, (xmax = 0) as is_new
), untagged as (
    delete from core.tag using written where tag.lead_id = written.lead_id and not written.is_new
), unclassified as (
    update core.classification set rules_version = '' from written
    where classification.lead_id = written.lead_id and not written.is_new and not classification.by_person
)
select count(*) from written;

-- name: upsert_lead_records
insert into core.lead_record (record_id, lead_id, conform_version)
select record_id, lead_id, conform_version from incoming_record order by record_id
on conflict (record_id) do update set lead_id = excluded.lead_id, conform_version = excluded.conform_version;

-- name: release_quarantine
delete from ops.quarantine using incoming_record where quarantine.record_id = incoming_record.record_id;

-- name: quarantine
insert into ops.quarantine (record_id, stage, error, first_at, last_at)
select record_id, :stage, error, :now, :now
from unnest(cast(:record_ids as bigint[]), cast(:errors as text[])) as refused (record_id, error)
on conflict (record_id) do update set
    stage = excluded.stage, error = excluded.error, attempts = quarantine.attempts + 1, last_at = excluded.last_at;

-- name: unplace_quarantined
delete from core.lead_record using unnest(cast(:record_ids as bigint[])) as refused (record_id)
where lead_record.record_id = refused.record_id;

-- name: quarantined_groups
select source, group_key, max(record_id) as last_record
from raw.record
join ops.quarantine using (record_id)
where record.record_id > :after and record.erased_at is null and (cast(:source as text) is null or source = :source)
group by source, group_key
order by last_record
limit :limit;

-- name: quarantine_list
select record.record_id, record.source, record.external_id, quarantine.stage, quarantine.error, quarantine.attempts, quarantine.last_at
from ops.quarantine
join raw.record using (record_id)
where cast(:source as text) is null or record.source = :source
order by record.record_id
limit :limit;

-- name: unclassified_leads
-- surroundings: what other leads say of it, (many, said) by kind; null where they say nothing.
select lead.*, (select jsonb_object_agg(kind, jsonb_build_array(many, said))
                from core.lead_surroundings where lead_surroundings.lead_id = lead.lead_id) as surroundings
from core.lead
left join core.classification using (lead_id)
where lead.lead_id > :after
  and (classification.lead_id is null or (classification.rules_version <> :rules_version and not classification.by_person))
order by lead.lead_id
limit :limit;

-- name: create_incoming_classification
create temporary table incoming_classification (
    lead_id uuid, state text, stage text, rule text, rule_version text, evidence text, confidence double precision, rules_version text
) on commit drop;

-- name: write_classifications
-- A verdict that says what the ledger says already makes no new row in the ledger.
with verdict as (
    select incoming.*, old.decision_id as old_decision_id,
           old.lead_id is not null and old.state = incoming.state and old.stage is not distinct from incoming.stage
               and old.rule = incoming.rule and old.rule_version = incoming.rule_version as is_known
    from incoming_classification as incoming
    left join core.classification as old using (lead_id)
), decided as (
    insert into core.decision (kind, lead_ids, actor_kind, actor, actor_version, score, evidence, decided_at)
    select case state when 'rejected' then 'reject' when 'proposed' then 'propose' else 'accept' end,
           array[lead_id], 'rule', rule, rule_version, confidence, jsonb_build_object('stage', stage), :now
    from verdict
    where not is_known and (state <> 'accepted' or stage is not null or old_decision_id is not null)
    order by lead_id
    returning decision_id, lead_ids[1] as lead_id
)
insert into core.classification (lead_id, state, stage, rule, rule_version, evidence, confidence, decision_id, rules_version)
select lead_id, state, stage, rule, rule_version, evidence, confidence,
       coalesce(decided.decision_id, old_decision_id), rules_version
from verdict
left join decided using (lead_id)
on conflict (lead_id) do update set
    state = excluded.state, stage = excluded.stage, rule = excluded.rule, rule_version = excluded.rule_version, evidence = excluded.evidence,
    confidence = excluded.confidence, decision_id = excluded.decision_id, rules_version = excluded.rules_version
where not classification.by_person;

-- name: release_undone_verdicts
-- A person's word that was taken back leaves the lead to the rules.
update core.classification set by_person = false, rules_version = ''
from core.decision as undo
where classification.by_person and undo.kind = 'undo' and undo.supersedes = classification.decision_id;

-- name: restore_verdicts_of_people
-- A person's last word on a lead holds through every rebuild; one that was taken back is none. Without a stage, it is `other_review`.
with last_word as (
    select distinct on (lead_ids[1]) lead_ids[1] as lead_id, decision_id, kind, stage
    from core.judgement
    where kind in ('accept', 'reject')
    order by lead_ids[1], decision_id desc
)
update core.classification set
    state = case last_word.kind when 'accept' then 'accepted' else 'rejected' end,
    stage = case last_word.kind when 'accept' then null else coalesce(nullif(last_word.stage, ''), 'other_review') end,
    rule = 'person', rule_version = '', evidence = '', confidence = 1, decision_id = last_word.decision_id, by_person = true
from last_word
where classification.lead_id = last_word.lead_id and (classification.decision_id, classification.by_person) is distinct from (last_word.decision_id, true);

-- name: genuine_leads
-- What the fold is a function of: every lead that is not rejected.
select lead.*
from core.lead
join core.classification using (lead_id)
where classification.state <> 'rejected'
order by lead.lead_id;
