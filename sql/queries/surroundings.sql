-- What the leads around a lead say of it: traces by which leads meet, and the facts that follow from them.

-- name: take_due
delete from core.trace_due
where lead_id in (select lead_id from core.trace_due order by lead_id limit :limit)
returning lead_id;

-- name: leads_due
select lead.* from core.lead where lead_id = any(cast(:lead_ids as uuid[])) order by lead_id;

-- name: create_incoming
create temporary table incoming_trace (lead_id uuid, kind text, value bigint, sender bigint, received_at timestamptz) on commit drop;

-- name: drop_old
delete from core.lead_trace
where lead_id = any(cast(:lead_ids as uuid[]))
  and not exists (select from incoming_trace as incoming
                  where (incoming.lead_id, incoming.kind, incoming.value, incoming.sender, incoming.received_at)
                      = (lead_trace.lead_id, lead_trace.kind, lead_trace.value, lead_trace.sender, lead_trace.received_at));

-- name: write_new
insert into core.lead_trace (lead_id, kind, value, sender, received_at)
select lead_id, kind, value, sender, received_at from incoming_trace order by lead_id, kind, value
on conflict do nothing;

-- name: tell_of_crm
-- What a CRM knew changes what earlier read leads of the same contact are.
insert into core.trace_due
select distinct near.lead_id
from unnest(cast(:values as bigint[])) as known (value)
cross join lateral (select lead_id from core.lead_trace where kind = 'contact' and value = known.value) as near
where near.lead_id <> all(cast(:lead_ids as uuid[]))
on conflict do nothing;

-- name: refresh
-- The facts of the leads due, and of those that share a trace with one of them within a day (a number: 90 days). What changed is classified anew,
-- unless a person has spoken. A sender counts once per ten minutes; that is as far as any window looks.
with key as (
    select kind, value, min(received_at) - reach as first_at, max(received_at) + reach as last_at, reach
    from core.lead_trace
    cross join lateral (select case kind when 'call' then interval '90 days' else interval '1 day' end) as far (reach)
    where lead_id = any(cast(:lead_ids as uuid[])) and kind not in ('contact', 'crm')
    group by kind, value, reach
), near as (
    select trace.lead_id, trace.kind, trace.value, trace.received_at, key.first_at, key.last_at,
           trace.received_at - lag(trace.received_at) over by_sender as since_sender,
           lag(trace.lead_id) over by_time as before_id,
           trace.received_at - lag(trace.received_at) over by_time as since_before,
           lead(trace.received_at) over by_time - trace.received_at as until_next
    from core.lead_trace as trace
    inner join key using (kind, value)
    where trace.received_at between key.first_at - key.reach and key.last_at + key.reach
    window by_sender as (partition by trace.kind, trace.value, trace.sender order by trace.received_at, trace.lead_id),
           by_time as (partition by trace.kind, trace.value order by trace.received_at, trace.lead_id)
), counted as (
    select near.*,
           cast(count(*) filter (where since_sender is null or since_sender > interval '10 minutes') over (
               partition by kind, value order by received_at
               range between interval '10 minutes' preceding and interval '10 minutes' following) as integer) as senders
    from near
), fact (lead_id, kind, many, said) as (
    select lead_id,
           case kind when 'said' then 'repeat_of' when 'call' then 'called_again' when 'text' then 'same_text' when 'ip' then 'same_ip'
                     when 'agent' then 'same_agent' else 'phones_in_a_row' end,
           case kind when 'said' then 0
                     when 'call' then cast(coalesce(since_before <= interval '90 days', false) or coalesce(until_next <= interval '90 days', false) as integer)
                     else greatest(senders - 1, 0) end,
           case when kind = 'said' and since_before <= interval '1 day' then cast(before_id as text) else '' end
    from counted
    where received_at between first_at and last_at
      -- Only an answered call of seconds asks whether its number is met again: the same 20 as the rule's.
      and (kind <> 'call' or exists (select from core.lead
                                     where lead.lead_id = counted.lead_id and lead.source_kind = 'call' and lead.call_duration < 20))
    union all
    select due.lead_id, 'bought',
           cast(bool_or(
               exists (select from core.lead_trace as crm
                       where crm.kind = 'crm' and crm.value = contact.value and crm.received_at < contact.received_at)
               or exists (select from core.deal
                          where deal.stage = 'won' and deal.phone <> '' and core.trace_value('phone:' || deal.phone) = contact.value
                            and coalesce(deal.closed_at, deal.opened_at) < contact.received_at)
               or exists (select from core.deal
                          where deal.stage = 'won' and deal.email <> '' and core.trace_value('email:' || deal.email) = contact.value
                            and coalesce(deal.closed_at, deal.opened_at) < contact.received_at)
           ) as integer), ''
    from unnest(cast(:lead_ids as uuid[])) as due (lead_id)
    inner join core.lead on lead.lead_id = due.lead_id
    left join core.lead_trace as contact on contact.lead_id = due.lead_id and contact.kind = 'contact'
    group by due.lead_id
    union all
    select due.lead_id, 'refused_as', 0,
           coalesce((select classification.stage
                     from core.lead_trace as contact
                     inner join core.lead_trace as before on before.kind = 'contact' and before.value = contact.value
                                                         and before.received_at < contact.received_at
                     inner join core.classification on classification.lead_id = before.lead_id
                     where contact.lead_id = due.lead_id and contact.kind = 'contact'
                       and classification.by_person and classification.state = 'rejected'
                     order by before.received_at desc, before.lead_id
                     limit 1), '')
    from unnest(cast(:lead_ids as uuid[])) as due (lead_id)
    inner join core.lead on lead.lead_id = due.lead_id
), gone as (
    delete from core.lead_surroundings using fact
    where lead_surroundings.lead_id = fact.lead_id and lead_surroundings.kind = fact.kind
      and coalesce(fact.many, 0) = 0 and fact.said = ''
    returning lead_surroundings.lead_id
), kept as (
    insert into core.lead_surroundings as old (lead_id, kind, many, said)
    select lead_id, kind, coalesce(many, 0), said from fact where coalesce(many, 0) <> 0 or said <> ''
    on conflict (lead_id, kind) do update set many = excluded.many, said = excluded.said
    where (old.many, old.said) <> (excluded.many, excluded.said)
    returning old.lead_id
)
update core.classification set rules_version = ''
where lead_id in (select lead_id from gone union select lead_id from kept) and not by_person;

-- name: reopen
-- Machine's junk whose sender wrote a genuine lead later is doubted no more than that: a person sees it.
with returned as (
    select rejected.lead_id, min(cast(genuine.lead_id as text)) as by_lead, min(rejected.stage) as stage
    from core.lead_trace as touched
    inner join core.lead_trace as trace on trace.kind = 'contact' and trace.value = touched.value
    inner join core.classification as rejected on rejected.lead_id = trace.lead_id
           and rejected.state = 'rejected' and not rejected.by_person and rejected.stage = any(cast(:stages as text[]))
    inner join core.lead_trace as later on later.kind = 'contact' and later.value = touched.value and later.received_at > trace.received_at
    inner join core.classification as genuine on genuine.lead_id = later.lead_id and genuine.state = 'accepted'
    where touched.lead_id = any(cast(:lead_ids as uuid[])) and touched.kind = 'contact'
    group by rejected.lead_id
), decided as (
    insert into core.decision (kind, lead_ids, actor_kind, actor, actor_version, score, evidence, decided_at)
    select 'propose', array[lead_id], 'rule', 'came_back', '1', 0.5, jsonb_build_object('stage', stage, 'lead', by_lead), :now
    from returned
    order by lead_id
    returning decision_id, lead_ids[1] as lead_id
)
update core.classification set
    state = 'proposed', rule = 'came_back', rule_version = '1', evidence = 'a later lead of the sender is genuine: ' || returned.by_lead,
    confidence = 0.5, decision_id = decided.decision_id
from returned
inner join decided using (lead_id)
where classification.lead_id = returned.lead_id;

-- name: close_reopened
-- Whose later lead is genuine no more is junk as before: the rules say so again.
update core.classification set rules_version = ''
where rule = 'came_back' and not by_person and rules_version <> ''
  and lead_id in (select trace.lead_id
                  from core.lead_trace as touched
                  inner join core.lead_trace as trace on trace.kind = 'contact' and trace.value = touched.value
                  where touched.lead_id = any(cast(:lead_ids as uuid[])) and touched.kind = 'contact')
  and not exists (select from core.lead_trace as mine
                  inner join core.lead_trace as later on later.kind = 'contact' and later.value = mine.value and later.received_at > mine.received_at
                  inner join core.classification as genuine on genuine.lead_id = later.lead_id and genuine.state = 'accepted'
                  where mine.lead_id = classification.lead_id and mine.kind = 'contact')
returning lead_id;
