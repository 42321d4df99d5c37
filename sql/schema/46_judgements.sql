-- What people say of leads: same or not the same, junk or genuine. The ledger holds it; here is what of it is in force.

create table core.judgement_note (
    decision_id bigint primary key references core.decision,
    why         text not null check (why <> '')
);
comment on table core.judgement_note is
    'Why a person judged so, in their own words: beside the ledger and not in it, so that it can be erased.';

create view core.judgement as
select
    decision_id,
    kind,
    lead_ids,
    coalesce(cast(evidence ->> 'left' as integer), 1) as left_count,
    evidence ->> 'stage' as stage,
    actor,
    decided_at
from core.decision
where actor_kind = 'person'
    and kind in ('match', 'no_match', 'reject', 'accept')
    and not exists (select from core.decision as undo where undo.kind = 'undo' and undo.supersedes = decision.decision_id);
comment on view core.judgement is 'What people said and nobody took back. Grain: decision.';
comment on column core.judgement.left_count is
    'Of match and no_match: so many leads at the beginning of lead_ids are the one side, the others the other one.';

create view core.judged_pair as
select distinct on (left_id, right_id) left_id, right_id, same, decision_id, decided_at
from (
    select
        least(one.lead_id, other.lead_id) as left_id,
        greatest(one.lead_id, other.lead_id) as right_id,
        judgement.kind = 'match' as same,
        judgement.decision_id,
        judgement.decided_at
    from core.judgement
    cross join lateral unnest(judgement.lead_ids[1:judgement.left_count]) with ordinality as one (lead_id, place)
    cross join lateral unnest(judgement.lead_ids[judgement.left_count + 1:]) with ordinality as other (lead_id, place)
    -- Two sides are one when each lead is tied to the first of the other side; they are two when no lead is with any.
    where (judgement.kind = 'no_match' or (judgement.kind = 'match' and (one.place = 1 or other.place = 1)))
        and one.lead_id <> other.lead_id
) as pair
order by left_id, right_id, decision_id desc;
comment on view core.judged_pair is 'The last word of people on each pair of leads, of those in force. Grain: pair, left before right.';

create index classification_doubted on core.classification (lead_id) where state = 'proposed' and not by_person;

create view mart.review_health as
select
    (
        select count(*)
        from core.review
        left join core.judged_pair using (left_id, right_id)
        where judged_pair.left_id is null
    ) as doubtful_merges,
    (select count(*) from core.classification where state = 'proposed' and not by_person) as doubtful_junk,
    (
        select count(*)
        from core.judged_pair
        full join core.match_judgement using (left_id, right_id)
        where judged_pair.same is distinct from match_judgement.same
    ) as unfolded_pairs;
comment on view mart.review_health is
    'How many doubts wait for a person, and how many pairs that people judged wait for the next fold. Grain: one row.';

-- The page Clients finds a client by the beginning of a name; contacts have their indexes.
create index client_name on core.client (lower(name) text_pattern_ops) where state = 'live';
create index client_surname on core.client (lower(surname) text_pattern_ops) where state = 'live';
create index client_company on core.client (lower(company) text_pattern_ops) where state = 'live';
create index client_handles on core.client using gin (handles);

create index record_received on raw.record (source, received_at);

create view mart.source_lag as
with recursive known as (
    -- From one source to the next by the index: there are few of them, and many records.
    (select source from raw.record order by source limit 1)
    union all
    select (select record.source from raw.record where record.source > known.source order by record.source limit 1)
    from known
    where known.source is not null
)
select source, (select max(record.received_at) from raw.record where record.source = known.source) as last_record_at
from known
where source is not null;
comment on view mart.source_lag is 'When each source last brought a record. Grain: source.';

create view mart.hub_health as
select field, count(*) as hubs, max(records) as most_records
from core.hub
group by field;
comment on view mart.hub_health is 'How many values are shared by many unlike people, and of how many leads the largest is; no values. Grain: field.';
