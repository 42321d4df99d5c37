-- The index of the incremental fold. Sets of ids come as temporary tables or arrays, answers go back as sets.

-- name: in_force
-- The newest snapshot, without its content.
select snapshot_id, model_name, model_version, digest, model, precision, merge_cut, review_cut, records, is_indexed, leads, clients
from core.match_snapshot
order by snapshot_id desc
limit 1;

-- name: content
select content from core.match_snapshot where snapshot_id = :snapshot_id;

-- name: empty_older
update core.match_snapshot set content = null, is_indexed = false where content is not null or is_indexed;

-- name: add_snapshot
insert into core.match_snapshot (snapshot_id, model_name, model_version, digest, model, precision, merge_cut, review_cut, records, content,
                                 is_indexed, leads, clients, taken_at)
values (:snapshot_id, :model_name, :model_version, :digest, :model, :precision, :merge_cut, :review_cut, :records, :content,
        :is_indexed, :leads, :clients, :now);

-- name: count_folded
update core.match_snapshot set leads = :leads, clients = :clients, is_indexed = :is_indexed
where snapshot_id = :snapshot_id and (leads, clients, is_indexed) is distinct from (:leads, :clients, :is_indexed);

-- name: take_queue
-- Who changes a lead after this leaves a row that the next fold finds.
with taken as (
    delete from core.match_queue returning lead_id
)
select distinct lead_id::text from taken;

-- name: clear_queue
delete from core.match_queue;

-- name: by_key
-- A batch finds its rows by key, one by one. The planner would rather scan a table of a million once than ask its index ten thousand
-- times, so that a batch would cost the more the more is known.
select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('enable_hashjoin', 'off', true),
       set_config('enable_mergejoin', 'off', true), set_config('max_parallel_workers_per_gather', '0', true);

-- name: by_any_road
-- After `by_key`, where everything is folded after all.
select set_config('enable_seqscan', 'on', true), set_config('enable_bitmapscan', 'on', true), set_config('enable_hashjoin', 'on', true),
       set_config('enable_mergejoin', 'on', true), set_config('max_parallel_workers_per_gather', '2', true);

-- name: queued
-- Whether more leads changed than :most.
select count(*) > :most from (select from core.match_queue limit :most + 1) as changes;

-- name: clear_keys
truncate core.match_key, core.match_new_key, core.match_record;

-- name: analyze_keys
analyze core.match_key, core.match_record;

-- name: genuine_among
select lead_id::text as lead_id, received_at, name_full, name_given, name_patronymic, name_surname, cast(phones as text), cast(emails as text), handles, company_name,
       company_core, legal_form, tax_id, city
from unnest(cast(:lead_ids as uuid[])) as asked (lead_id)
join core.lead using (lead_id)
join core.classification using (lead_id)
where classification.state <> 'rejected';

-- name: genuine_leads
select lead_id::text as lead_id, received_at, name_full, name_given, name_patronymic, name_surname, cast(phones as text), cast(emails as text), handles, company_name,
       company_core, legal_form, tax_id, city
from core.lead
join core.classification using (lead_id)
where classification.state <> 'rejected'
order by lead.lead_id;

-- name: leads_among
select lead_id::text as lead_id, received_at, name_full, name_given, name_patronymic, name_surname, cast(phones as text), cast(emails as text), handles, company_name,
       company_core, legal_form, tax_id, city
from unnest(cast(:lead_ids as uuid[])) as asked (lead_id)
join core.lead using (lead_id);

-- name: keys_of
-- The keys end to end, in 8 bytes each.
select string_agg(int8send(key), cast('' as bytea)) as keys
from (
    select distinct unnest(match_record.keys) as key
    from unnest(cast(:lead_ids as uuid[])) as asked (lead_id)
    join core.match_record using (lead_id)
) as found;

-- name: members
-- Columns end to end, in one order: a hundred thousand rows would each be made and read by itself.
select string_agg(int8send(key), cast('' as bytea)) as keys,
       string_agg(int2send(rule), cast('' as bytea)) as rules,
       string_agg(convert_to(cast(lead_id as text), 'UTF8'), cast('' as bytea)) as lead_ids
from (
    select key, rule, lead_id
    from unnest(cast(:keys as bigint[])) as asked (key)
    join core.match_key using (key)
    union all
    select key, rule, lead_id
    from unnest(cast(:keys as bigint[])) as asked (key)
    join core.match_new_key using (key)
) as found;

-- name: orders
select lead_id::text as lead_id, name_order
from unnest(cast(:lead_ids as uuid[])) as asked (lead_id)
join core.match_record using (lead_id);

-- name: records
-- Columns end to end, in one order; of the fields a line each.
select string_agg(convert_to(cast(lead_id as text), 'UTF8'), cast('' as bytea)) as lead_ids,
       string_agg(float8send(cast(extract(epoch from received_at) as double precision)), cast('' as bytea)) as seen,
       convert_to(string_agg(cast(fields as text), chr(10)), 'UTF8') as fields
from unnest(cast(:lead_ids as uuid[])) as asked (lead_id)
join core.match_record using (lead_id);

-- name: kept_among
select left_id::text as left_id, right_id::text as right_id
from unnest(cast(:left_ids as uuid[]), cast(:right_ids as uuid[])) as asked (left_id, right_id)
join core.evidence using (left_id, right_id)
where model_version = :model_version;

-- name: kept_pairs
select left_id::text as left_id, right_id::text as right_id, weight
from (
    select left_id, right_id, weight
    from unnest(cast(:lead_ids as uuid[])) as asked (lead_id)
    join core.evidence on evidence.model_version = :model_version and evidence.left_id = asked.lead_id
    union
    select left_id, right_id, weight
    from unnest(cast(:lead_ids as uuid[])) as asked (lead_id)
    join core.evidence on evidence.model_version = :model_version and evidence.right_id = asked.lead_id
) as pair;

-- name: levels
select left_id::text as left_id, right_id::text as right_id, cast(levels as text)
from unnest(cast(:left_ids as uuid[]), cast(:right_ids as uuid[])) as asked (left_id, right_id)
join core.evidence using (left_id, right_id)
where model_version = :model_version;

-- name: forget_keys
delete from core.match_key
using unnest(cast(:lead_ids as uuid[])) as asked (lead_id), core.match_record, unnest(match_record.keys) as gone (key)
where match_record.lead_id = asked.lead_id and match_key.key = gone.key and match_key.lead_id = asked.lead_id;

-- name: forget_new_keys
delete from core.match_new_key
using unnest(cast(:lead_ids as uuid[])) as asked (lead_id), core.match_record, unnest(match_record.keys) as gone (key)
where match_record.lead_id = asked.lead_id and match_new_key.key = gone.key and match_new_key.lead_id = asked.lead_id;

-- name: forget_records
delete from core.match_record using unnest(cast(:lead_ids as uuid[])) as gone (lead_id) where match_record.lead_id = gone.lead_id;

-- name: forget_left
delete from core.evidence using unnest(cast(:lead_ids as uuid[])) as again (lead_id)
where evidence.model_version = :model_version and evidence.left_id = again.lead_id;

-- name: forget_right
delete from core.evidence using unnest(cast(:lead_ids as uuid[])) as again (lead_id)
where evidence.model_version = :model_version and evidence.right_id = again.lead_id;

-- name: homes
select membership.lead_id::text as lead_id, membership.client_id::text as client_id
from unnest(cast(:lead_ids as uuid[])) as asked (lead_id)
join core.membership on membership.lead_id = asked.lead_id and membership.to_decision is null;

-- name: obeyed
select left_id::text as left_id, right_id::text as right_id, same from core.match_judgement;

-- name: clear_obeyed
delete from core.match_judgement;

-- name: waiting
select digest, model_name, model_version, from_version, leads, merged, split, unchanged, examples, reported_at, approved_at
from core.model_change
where digest = :digest;

-- name: drop_other_changes
-- A model that is configured no more waits no more.
delete from core.model_change where digest <> :digest and approved_at is null;

-- name: drop_change
delete from core.model_change where digest = :digest;

-- name: report_change
insert into core.model_change (digest, model_name, model_version, from_version, leads, merged, split, unchanged, examples, reported_at)
values (:digest, :model_name, :model_version, :from_version, :leads, :merged, :split, :unchanged, cast(:examples as jsonb), :now);

-- name: approve_change
update core.model_change set approved_at = :now, approved_by = :who where digest = :digest and approved_at is null;

-- name: forget_pairs
delete from core.evidence using unnest(cast(:left_ids as uuid[]), cast(:right_ids as uuid[])) as again (left_id, right_id)
where evidence.model_version = :model_version and evidence.left_id = again.left_id and evidence.right_id = again.right_id;

-- name: forget_review_left
delete from core.review using unnest(cast(:lead_ids as uuid[])) as opened (lead_id) where review.left_id = opened.lead_id;

-- name: forget_review_right
delete from core.review using unnest(cast(:lead_ids as uuid[])) as opened (lead_id) where review.right_id = opened.lead_id;

-- name: forget_hubs
delete from core.hub using unnest(cast(:fields as text[]), cast(:values as text[])) as seen (field, value)
where hub.field = seen.field and hub.value = seen.value;

-- name: totals
select (select count(*) from core.review) as review, (select count(*) from core.hub) as hubs;
