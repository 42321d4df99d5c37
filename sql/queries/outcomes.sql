-- Outcomes: statuses that CRMs told, words on leads in them, leads that nobody works.

-- name: create_loaded_status
create temporary table loaded_status (
    status_id         text        not null,
    record_id         bigint      not null,
    stage             text        not null,
    reason            text        not null,
    manager           text        not null,
    opened_at         timestamptz not null,
    told_at           timestamptz not null,
    next_step_at      timestamptz,
    last_activity_at  timestamptz,
    first_response_at timestamptz,
    read_as           text        not null
) on commit drop;

-- name: history_statuses
-- The newest words of each record that tells a status and could be placed, unless they were read so before.
select newest.*
from (
    select distinct on (external_id)
        record.record_id, source, external_id, group_key, body, media_type, transport, received_at, occurred_at
    from raw.record
    inner join core.lead_record using (record_id)
    where record.source = :source and record.transport ->> 'status' is not null and record.erased_at is null
    order by external_id, coalesce(record.occurred_at, record.received_at) desc, record.content_hash desc
) as newest
left join core.crm_status on crm_status.record_id = newest.record_id
where crm_status.read_as is distinct from cast(:read_as as text)
order by newest.record_id;

-- name: merge_statuses
-- A stage keeps the moments with which it was first told: what changes in the record later is no new word.
with written as (
    insert into core.crm_status as known
        (status_id, record_id, stage, reason, manager, opened_at, staged_at, next_step_at, last_activity_at, first_response_at, read_as, loaded_at)
    select status_id, record_id, stage, reason, manager, opened_at, told_at, next_step_at, last_activity_at, first_response_at, read_as, :now
    from loaded_status
    on conflict (status_id) do update set
        record_id = excluded.record_id, stage = excluded.stage, reason = excluded.reason, manager = excluded.manager,
        opened_at = case when (known.stage, known.reason) = (excluded.stage, excluded.reason) then known.opened_at else excluded.opened_at end,
        staged_at = case when (known.stage, known.reason) = (excluded.stage, excluded.reason) then known.staged_at else excluded.staged_at end,
        next_step_at = excluded.next_step_at, last_activity_at = excluded.last_activity_at,
        first_response_at = excluded.first_response_at, read_as = excluded.read_as, loaded_at = excluded.loaded_at
    returning 1
)
select count(*) from written;

-- name: drop_silent_statuses
-- Records that tell no status any more, and those of CRMs that the configuration no longer reads.
delete from core.crm_status using raw.record
where crm_status.record_id = record.record_id
  and (record.source <> all(cast(:sources as text[])) or crm_status.status_id = any(cast(:silent as text[])));

-- name: link_statuses
-- A status belongs to whoever the CRM's record of the client belongs to now.
update core.crm_status set client_id = home.client_id
from (
    select crm_status.status_id, membership.client_id
    from core.crm_status
    left join core.lead_record using (record_id)
    left join core.membership on membership.lead_id = lead_record.lead_id and membership.to_decision is null
) as home
where crm_status.status_id = home.status_id and crm_status.client_id is distinct from home.client_id;

-- name: reasons
-- Reasons that CRMs gave, as they spell them.
select distinct reason from core.outcome where stage in ('lost', 'junk') and reason <> '';

-- name: junk_words
-- What CRMs call junk, on which lead, where that was not heard so before. The lead: the one that an earlier word of the same outcome was on,
-- else the client's last one up to the outcome's opening, among those that people called junk since, so that a word said twice finds
-- the same lead and not the one before it. A day stands for the whole of it; a form may reach the CRM some minutes before us.
with meaning as (
    select reason, stage from unnest(cast(:reasons as text[]), cast(:stages as text[])) as meaning (reason, stage)
), said as (
    select outcome.subject, outcome.crm, outcome.external_id, outcome.client_id, outcome.manager, outcome.told_at, outcome.opened_at,
           coalesce(meaning.stage, :junk) as stage, word.lead_id as known_lead_id
    from core.outcome
    left join meaning using (reason)
    left join core.outcome_word as word using (subject)
    where outcome.stage in ('junk', 'lost') and (meaning.stage is not null or outcome.stage = 'junk') and outcome.client_id is not null
      and outcome.crm = any(cast(:crms as text[]))
      and (word.subject is null or word.kind <> 'reject' or word.stage <> coalesce(meaning.stage, :junk) or word.came_to = 'taken back')
)
select said.subject, said.crm, said.external_id, said.manager, said.told_at, said.stage, subject_lead.lead_id::text as lead_id
from said
inner join lateral (
    select lead.lead_id
    from (
        select membership.lead_id, true as is_there
        from core.membership
        where membership.client_id = said.client_id and membership.to_decision is null
        union all
        select membership.lead_id, false
        from core.membership
        where membership.client_id = any(said.client_id || array(
                  select client_alias.client_id from core.client_alias where client_alias.living_id = said.client_id))
          and membership.to_decision is not null
    ) as home
    inner join core.lead using (lead_id)
    inner join core.classification using (lead_id)
    where lead.source_kind <> 'crm'
      and case when home.is_there then classification.state <> 'rejected' or classification.by_person
               else classification.state = 'rejected' and classification.by_person end
      and case when said.known_lead_id is not null then lead.lead_id = said.known_lead_id
               when cast(said.opened_at at time zone cast(:timezone as text) as time) = '00:00' then lead.received_at < said.opened_at + interval '1 day'
               else lead.received_at <= said.opened_at + make_interval(secs => :slack) end
    order by lead.received_at desc, lead.lead_id desc
    limit 1
) as subject_lead on true
order by said.told_at, said.subject;

-- name: words_to_take_back
-- Junk that was heard and that the CRM calls so no more. An outcome that is not read any more says nothing: its word stays.
select word.subject, word.decision_id, outcome.crm, outcome.manager
from core.outcome_word as word
inner join core.outcome using (subject)
where word.kind = 'reject' and word.came_to <> 'taken back'
  and outcome.crm = any(cast(:crms as text[]))
  and not (outcome.stage = 'junk' or (outcome.stage = 'lost' and outcome.reason = any(cast(:reasons as text[]))))
order by word.subject;

-- name: genuine_words
-- Deals that went on, with the doubted lead that they came of: the client's last one up to the opening.
select distinct on (lead.lead_id)
    outcome.subject, outcome.crm, outcome.manager, outcome.told_at, lead.lead_id::text as lead_id
from core.classification
inner join core.membership using (lead_id)
inner join core.lead using (lead_id)
inner join core.outcome using (client_id)
left join core.outcome_word as word on word.subject = outcome.subject
where classification.state = 'proposed' and not classification.by_person and membership.to_decision is null
  and lead.source_kind <> 'crm' and outcome.stage in ('qualified', 'won') and outcome.crm = any(cast(:crms as text[]))
  and not coalesce(word.kind = 'accept' and word.lead_id = lead.lead_id, false)
  and lead.lead_id = (
    select other.lead_id
    from core.membership as home
    inner join core.lead as other on other.lead_id = home.lead_id
    where home.client_id = outcome.client_id and home.to_decision is null and other.source_kind <> 'crm'
      and case when cast(outcome.opened_at at time zone cast(:timezone as text) as time) = '00:00' then other.received_at < outcome.opened_at + interval '1 day'
               else other.received_at <= outcome.opened_at + make_interval(secs => :slack) end
    order by other.received_at desc, other.lead_id desc
    limit 1
  )
order by lead.lead_id, outcome.told_at desc, outcome.subject;

-- name: words_on
-- The last word of people on each of some leads, and when it was said: a word of a CRM when the CRM said it, not when we heard it.
select distinct on (judgement.lead_ids[1])
    judgement.lead_ids[1]::text as lead_id, judgement.kind, coalesce(word.said_at, judgement.decided_at) as said_at, word.subject
from core.judgement
left join core.outcome_word as word using (decision_id)
where judgement.kind in ('reject', 'accept') and judgement.lead_ids[1] = any(cast(:lead_ids as uuid[]))
order by judgement.lead_ids[1], judgement.decision_id desc;

-- name: keep_word
insert into core.outcome_word (subject, kind, stage, lead_id, said_at, came_to, decision_id, heard_at)
values (:subject, :kind, :stage, :lead_id, :said_at, :came_to, :decision_id, :now)
on conflict (subject) do update set
    kind = excluded.kind, stage = excluded.stage, lead_id = excluded.lead_id, said_at = excluded.said_at, came_to = excluded.came_to,
    decision_id = excluded.decision_id, heard_at = excluded.heard_at;

-- name: end_word
update core.outcome_word set came_to = 'taken back', heard_at = :now where subject = :subject;

-- name: judged_by
-- The judgements that some subjects' words led to, where nobody took them back.
select word.subject, word.decision_id
from core.outcome_word as word
inner join core.judgement using (decision_id)
where word.subject = any(cast(:subjects as text[])) and word.kind = 'reject';

-- name: written_stages
-- What we wrote last as the stage of some CRMs' records.
select crm, record_id, client_id::text as client_id, sent -> 'stage' as marks
from core.crm_record
where crm = any(cast(:crms as text[])) and record_id = any(cast(:record_ids as text[])) and sent ? 'stage';

-- name: clear_unworked
truncate mart.unworked_lead, mart.first_response_per_manager_day, mart.outcome_build;

-- name: forget_outcomes
drop table if exists pg_temp.told_outcome;

-- name: take_outcomes
-- Once for all marts, by what each client counts as: what the planner knows of a view over two tables makes it choose loops that take hours.
create temporary table told_outcome on commit drop as
select outcome.subject, coalesce(counted_client.counted_id, outcome.client_id) as client_id, outcome.stage, outcome.manager, outcome.opened_at,
       outcome.ended_at, outcome.next_step_at, outcome.last_activity_at, outcome.first_response_at
from core.outcome
left join core.counted_client on counted_client.client_id = outcome.client_id
where outcome.client_id is not null;

-- name: index_outcomes
create index on told_outcome (client_id);

-- name: analyze_outcomes
analyze told_outcome;

-- name: is_told
-- Whether the CRM tells how leads are worked: a list of sales, as of a till, says of an open enquiry nothing.
select exists (
    select from told_outcome
    where next_step_at is not null or last_activity_at is not null or first_response_at is not null
       or (stage in ('new', 'qualified') and manager <> '')
);

-- name: unworked_by_manager
select manager, leads, total, digest
from (
    select manager, count(*) as leads, sum(count(*)) over () as total,
           (select md5(string_agg(lead_id::text, ',' order by lead_id)) from mart.unworked_lead) as digest
    from mart.unworked_lead
    group by manager
) as told
order by leads desc, manager;

-- name: last_told
select day, digest from ops.unworked_told order by day desc limit 1;

-- name: keep_told
insert into ops.unworked_told (day, leads, digest, told_at) values (:day, :leads, :digest, :now);

-- name: unworked
select client_id::text as client_id, lead_id::text as lead_id, received_at, site, source, channel, campaign, manager, stage, idle_since, idle_days,
       idle_bucket, missed_step_at
from mart.unworked_lead
where cast(:manager as text) is null or manager = :manager
order by idle_days desc, received_at, client_id;

-- name: responses
select manager, sum(leads) as leads, sum(responses) as responses, sum(seconds_to_response) as seconds_to_response,
       sum(within_5_minutes) as within_5_minutes, sum(within_1_hour) as within_1_hour, sum(within_1_day) as within_1_day
from mart.first_response_per_manager_day
where day >= :first_day
group by manager
order by leads desc, manager;

-- name: build
select built_at, is_told, unworked from mart.outcome_build;
