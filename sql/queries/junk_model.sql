-- The text model of junk: what it learns from, what is in force, what became of its proposals.

-- name: verdicts_of_people
-- The newest leads that a person judged, with words. Stages that the words do not tell (no contact, a wrong number dialled by a
-- robot) are no lesson. sender: leads of one client are one evidence; a lead of no client stands for itself.
select lead.*, classification.state = 'rejected' as is_junk,
       coalesce(cast(membership.client_id as text), cast(lead.lead_id as text)) as sender
from core.classification
inner join core.lead using (lead_id)
left join core.membership on membership.lead_id = lead.lead_id and membership.to_decision is null
where classification.by_person
    and (classification.state = 'accepted' or (classification.state = 'rejected' and classification.stage = any(cast(:stages as text[]))))
    and (lead.message <> '' or lead.subject <> '')
    and lead.source_kind <> 'crm'
order by lead.received_at desc, lead.lead_id
limit :limit

-- name: outcomes
-- What sales made of leads that no person judged here: the last lead with words before a deal was opened. Lost deals teach nothing: who
-- bought elsewhere was genuine, and who never meant to buy is often closed so too.
with told as (
    select distinct on (deal.deal_id) lead.lead_id, deal.client_id, deal.stage
    from core.deal
    inner join core.membership on membership.client_id = deal.client_id and membership.to_decision is null
    inner join core.lead on lead.lead_id = membership.lead_id
    where deal.stage in ('qualified', 'won', 'junk')
        and (lead.message <> '' or lead.subject <> '')
        and lead.source_kind <> 'crm'
        and lead.received_at <= deal.opened_at + interval '1 day'
    order by deal.deal_id, lead.received_at desc, lead.lead_id
), agreed as (
    -- A lead that deals contradict each other about teaches nothing.
    select lead_id, min(cast(client_id as text)) as sender, bool_or(stage = 'junk') as is_junk
    from told
    group by lead_id
    having bool_or(stage = 'junk') = bool_and(stage = 'junk')
)
select lead.*, agreed.is_junk, agreed.sender
from agreed
inner join core.lead using (lead_id)
left join core.classification using (lead_id)
where classification.lead_id is null or not classification.by_person
order by lead.received_at desc, lead.lead_id
limit :limit

-- name: last_leads
-- The newest leads that no person judged, with their verdict of now and what other leads say of each.
select lead.*, classification.state as state_now, classification.rule as rule_now,
       (select jsonb_object_agg(kind, jsonb_build_array(many, said))
        from core.lead_surroundings where lead_surroundings.lead_id = lead.lead_id) as surroundings
from core.lead
inner join core.classification using (lead_id)
where not classification.by_person and lead.source_kind <> 'crm'
order by lead.received_at desc, lead.lead_id
limit :limit

-- name: in_force
select number, digest, numbers, vocabulary, learnt_from, measured, approved_by, approved_at
from core.junk_model
where ended_at is null

-- name: end_model
update core.junk_model set ended_by = :by, ended_at = :now
where ended_at is null

-- name: approve
insert into core.junk_model (digest, numbers, vocabulary, learnt_from, measured, approved_by, approved_at)
values (:digest, :numbers, :vocabulary, cast(:learnt_from as jsonb), cast(:measured as jsonb), :by, :now)
returning number

-- name: forget
-- What was learnt is emptied in all versions; that there were models, and who approved them, stays.
update core.junk_model set numbers = null, vocabulary = null
where numbers is not null

-- name: proposals
-- What became of the leads that the model in force, or an earlier one, proposed.
select
    count(*) filter (where not classification.by_person and classification.rule = :rule) as waiting,
    count(*) filter (where classification.by_person and classification.state = 'rejected') as junk,
    count(*) filter (where classification.by_person and classification.state = 'accepted') as genuine
from core.classification
where lead_id in (select unnest(lead_ids) from core.decision where kind = 'propose' and actor_kind = 'rule' and actor = :rule)
