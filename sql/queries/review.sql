-- What people say of leads: the words in force, new ones, what an act would change; the queue of doubts.

-- name: lock_judgements
-- Who judges takes turns, so that two contradicting words never stand together. Taken after the locks of fold and leads.
select pg_advisory_xact_lock(7205513009);

-- name: lock_leads
select pg_advisory_xact_lock(7205513003);

-- name: judged_pairs
select left_id::text as left_id, right_id::text as right_id, same, decision_id from core.judged_pair;

-- name: judgement_on
-- The word in force on a lead: junk or genuine.
select decision_id, kind, coalesce(nullif(stage, ''), 'other_review') as stage, actor, decided_at
from core.judgement
where kind in ('reject', 'accept') and lead_ids[1] = :lead_id
order by decision_id desc
limit 1;

-- name: said
-- Who said what, when, of some decisions.
select decision_id, kind, actor, decided_at, stage, cardinality(lead_ids) as leads
from core.judgement
where decision_id = any(cast(:decision_ids as bigint[]))
order by decision_id;

-- name: write_judgement
insert into core.decision (kind, lead_ids, actor_kind, actor, evidence, supersedes, decided_at)
values (:kind, cast(:lead_ids as uuid[]), 'person', :who, cast(:evidence as jsonb), :supersedes, :now)
returning decision_id;

-- name: write_note
insert into core.judgement_note (decision_id, why) values (:decision_id, :why);

-- name: decision
select decision.decision_id, decision.kind, decision.lead_ids, decision.client_id, decision.from_client_id, decision.actor_kind, decision.actor,
       decision.decided_at, decision.evidence ->> 'stage' as stage, undo.decision_id as undone_by
from core.decision
left join core.decision as undo on undo.kind = 'undo' and undo.supersedes = decision.decision_id
where decision.decision_id = :decision_id;

-- name: leads_of_client
select membership.lead_id::text as lead_id
from core.membership
where membership.client_id = :client_id and membership.to_decision is null
order by 1;

-- name: living_client
select client.client_id::text as asked_id, coalesce(client_alias.living_id, client.client_id)::text as client_id, client.state
from core.client
left join core.client_alias on client_alias.client_id = client.client_id
where client.client_id = :client_id;

-- name: leads_there
-- Those of these leads that there are, with their clients and verdicts.
select lead.lead_id::text as lead_id, membership.client_id::text as client_id, classification.state, classification.stage
from core.lead
left join core.classification using (lead_id)
left join core.membership on membership.lead_id = lead.lead_id and membership.to_decision is null
where lead.lead_id = any(cast(:lead_ids as uuid[]))
order by 1;

-- name: leads_before
-- The leads that a client had just before a decision.
select lead_id::text as lead_id
from core.membership
where client_id = :client_id and from_decision < :decision_id and (to_decision is null or to_decision > :decision_id)
order by 1;

-- name: is_settled
-- Whether a fold now would change nothing: no lead and no judgement waits for it, and no approved model.
select exists (select from core.match_snapshot)
    and not exists (select from core.match_queue)
    and not exists (select from core.model_change where approved_at is not null)
    and not exists (
        select
        from core.judged_pair
        full join core.match_judgement using (left_id, right_id)
        where judged_pair.same is distinct from match_judgement.same
    );

-- name: clear_after_fold
-- A second fold in one transaction makes its tables anew.
drop table if exists pg_temp.incoming_client, pg_temp.incoming_evidence;

-- name: last_decision
select coalesce(max(decision_id), 0) from core.decision;

-- name: changes_after
-- What a fold of this transaction decided.
select kind, client_id::text as client_id, from_client_id::text as from_client_id, cast(lead_ids as text[]) as lead_ids
from core.decision
where decision_id > :after and actor_kind = 'model' and kind in ('mint', 'join', 'leave', 'merge', 'split', 'close', 'edit')
order by decision_id;

-- name: events_after
select kind, client_id::text as client_id, payload ->> 'living_id' as living_id
from core.outbox
where decision_id > :after and written_by = pg_current_xact_id()
order by seq;

-- name: slept_before
-- Those of these clients that live, and were merged or closed in the version before.
select client.client_id::text as client_id
from core.client
inner join core.client_history on client_history.client_id = client.client_id and client_history.version = client.version - 1
where client.client_id = any(cast(:client_ids as uuid[])) and client.state = 'live' and client_history.golden ->> 'state' is not null
order by 1;

-- name: later_judgements
-- People's words in force after a decision on any of some leads.
select decision_id, kind, actor, decided_at, stage, cardinality(lead_ids) as leads
from core.judgement
where decision_id > :after and lead_ids && cast(:lead_ids as uuid[])
order by decision_id;

-- name: to_classify
-- Leads of these decisions on which no person's word is left, with what other leads say of them, as the rules judge them.
select lead.*, (select jsonb_object_agg(kind, jsonb_build_array(many, said))
                from core.lead_surroundings where lead_surroundings.lead_id = lead.lead_id) as surroundings
from (
    select distinct unnest(lead_ids) as lead_id from core.decision where decision_id = any(cast(:decision_ids as bigint[]))
) as subject
join core.lead using (lead_id)
join core.classification using (lead_id)
where classification.rules_version = '' and not classification.by_person
order by lead.lead_id;

-- name: with_memory
-- A sort or a hash of some hundred thousand doubts in memory; the server's default is meant for many small questions at once.
select set_config('work_mem', '64MB', true);

-- name: place_doubts
-- What the order of the queue asks of a doubt's clients, written where a fold made the doubt or, after a decision, changed one of them.
-- client_ids: whom it may have changed without making their doubts anew; null for everyone.
with due as (
    select left_id, right_id from core.review where left_client_id is null
    union
    select review.left_id, review.right_id
    from core.client
    inner join core.membership on membership.client_id = client.client_id and membership.to_decision is null
    inner join core.review on review.left_id = membership.lead_id
    where client.changed_by > :after and (cast(:client_ids as uuid[]) is null or client.client_id = any(cast(:client_ids as uuid[])))
    union
    select review.left_id, review.right_id
    from core.client
    inner join core.membership on membership.client_id = client.client_id and membership.to_decision is null
    inner join core.review on review.right_id = membership.lead_id
    where client.changed_by > :after and (cast(:client_ids as uuid[]) is null or client.client_id = any(cast(:client_ids as uuid[])))
)
update core.review set
    left_client_id = one_client.client_id, right_client_id = other_client.client_id,
    last_seen_at = greatest(one_client.last_seen_at, other_client.last_seen_at)
from due
inner join core.membership as one on one.lead_id = due.left_id and one.to_decision is null
inner join core.membership as other on other.lead_id = due.right_id and other.to_decision is null
inner join core.client as one_client on one_client.client_id = one.client_id
inner join core.client as other_client on other_client.client_id = other.client_id
where review.left_id = due.left_id and review.right_id = due.right_id;

-- name: doubtful_merges
-- Pairs that no person has judged, most valuable first. uncertainty: 1 at an even bet; a pair that is sure by its weight and held
-- back by a conflict counts half. Money: deals of both clients that are open or won. A doubt halves its worth in 30 days, down to a quarter.
with money as materialized (
    select coalesce(client_alias.living_id, deal.client_id) as client_id, sum(deal.amount_reporting) as amount
    from core.deal
    left join core.client_alias on client_alias.client_id = deal.client_id
    where deal.stage in ('new', 'qualified', 'won') and deal.client_id is not null
    group by 1
), doubt as (
    select
        review.left_id, review.right_id, review.weight, review.reason, review.left_client_id, review.right_client_id,
        coalesce(one_money.amount, 0) + coalesce(other_money.amount, 0) as money, review.last_seen_at,
        greatest(
            case when review.reason like 'conflict%' then 0.5 else 0 end,
            4 / ((1 + power(cast(2 as double precision), greatest(least(cast(:even_bet as double precision) - review.weight, 60), -60)))
                 * (1 + power(cast(2 as double precision), greatest(least(review.weight - cast(:even_bet as double precision), 60), -60))))
        ) as uncertainty
    from core.review
    left join money as one_money on one_money.client_id = review.left_client_id
    left join money as other_money on other_money.client_id = review.right_client_id
    left join core.judged_pair on judged_pair.left_id = review.left_id and judged_pair.right_id = review.right_id
    where judged_pair.left_id is null and review.left_client_id is not null
        and (cast(:reason as text) is null or review.reason = :reason)
), first as (
    select
        doubt.*,
        uncertainty * (1 + log(cast(1 + greatest(money, 0) as double precision)))
            * (0.25 + 0.75 * power(cast(0.5 as double precision), cast(greatest(extract(epoch from cast(:now as timestamptz) - last_seen_at), 0) as double precision) / 2592000)) as worth
    from doubt
    order by worth desc, left_id, right_id
    limit :limit
)
select
    left_id::text as left_id, right_id::text as right_id, weight, reason, left_client_id::text as left_client_id,
    right_client_id::text as right_client_id, one_client.lead_count as left_leads, other_client.lead_count as right_leads, money,
    first.last_seen_at, uncertainty, worth
from first
inner join core.client as one_client on one_client.client_id = left_client_id
inner join core.client as other_client on other_client.client_id = right_client_id
order by worth desc, left_id, right_id;

-- name: doubtful_junk
-- Leads that a rule only proposes to reject, most valuable first; measured as doubtful merges are.
with money as materialized (
    select membership.lead_id, deals.amount
    from (
        select coalesce(client_alias.living_id, deal.client_id) as client_id, sum(deal.amount_reporting) as amount
        from core.deal
        left join core.client_alias on client_alias.client_id = deal.client_id
        where deal.stage in ('new', 'qualified', 'won') and deal.client_id is not null
        group by 1
    ) as deals
    inner join core.membership on membership.client_id = deals.client_id and membership.to_decision is null
), doubt as (
    select
        classification.lead_id, lead.received_at, coalesce(money.amount, 0) as money,
        4 * coalesce(classification.confidence, 0.5) * (1 - coalesce(classification.confidence, 0.5)) as uncertainty
    from core.classification
    inner join core.lead using (lead_id)
    left join money using (lead_id)
    where classification.state = 'proposed' and not classification.by_person
        and (cast(:stage as text) is null or classification.stage = :stage) and (cast(:rule as text) is null or classification.rule = :rule)
), first as (
    select
        doubt.*,
        greatest(uncertainty, 0.05) * (1 + log(cast(1 + greatest(money, 0) as double precision)))
            * (0.25 + 0.75 * power(cast(0.5 as double precision), cast(greatest(extract(epoch from cast(:now as timestamptz) - received_at), 0) as double precision) / 2592000)) as worth
    from doubt
    order by worth desc, lead_id
    limit :limit
)
select
    first.lead_id::text as lead_id, membership.client_id::text as client_id, classification.stage, classification.rule, classification.evidence,
    classification.confidence, lead.received_at, lead.source, lead.source_kind, coalesce(tag.channel, '') as channel,
    coalesce(tag.campaign, '') as campaign, first.money, first.uncertainty, first.worth
from first
inner join core.classification using (lead_id)
inner join core.lead using (lead_id)
left join core.tag using (lead_id)
left join core.membership on membership.lead_id = first.lead_id and membership.to_decision is null
order by first.worth desc, first.lead_id;

-- name: queue_lengths
select doubtful_merges, doubtful_junk, unfolded_pairs from mart.review_health;

-- name: junk_filters
-- What of doubtful junk can be taken together: each stage and rule with its count.
select stage, rule, count(*) as leads
from core.classification
where state = 'proposed' and not by_person
group by stage, rule
order by leads desc, stage, rule;

-- name: merge_filters
-- What of doubtful merges can be taken together: each reason with its count.
select review.reason, count(*) as pairs
from core.review
left join core.judged_pair using (left_id, right_id)
where judged_pair.left_id is null
group by review.reason
order by pairs desc, review.reason;

-- name: source_lag
select source, last_record_at from mart.source_lag;

-- name: hub_health
select field, hubs, most_records from mart.hub_health order by hubs desc, field;
