-- Outcomes.
alter table core.deal
    add column next_step_at      timestamptz,
    add column last_activity_at  timestamptz,
    add column first_response_at timestamptz;
comment on column core.deal.next_step_at is 'The earliest step that the CRM has planned for it.';
comment on column core.deal.last_activity_at is 'When somebody last did something with it, as the CRM tells.';
comment on column core.deal.first_response_at is 'When somebody first answered the enquiry, as the CRM tells.';

create table core.crm_status (
    status_id         text primary key,
    client_id         uuid,
    record_id         bigint      not null references raw.record,
    stage             text        not null check (stage in ('new', 'qualified', 'won', 'lost', 'junk')),
    reason            text        not null default '',
    manager           text        not null default '',
    opened_at         timestamptz not null,
    staged_at         timestamptz not null,
    next_step_at      timestamptz,
    last_activity_at  timestamptz,
    first_response_at timestamptz,
    read_as           text        not null,
    loaded_at         timestamptz not null
);
comment on table core.crm_status is
    'What a CRM says of its own record of a client (a lead, a contact) beside deals. status_id: the history and the record, crm/lead:7.';
comment on column core.crm_status.stage is 'Of the record, in the words of deals; junk is a manager''s verdict.';
comment on column core.crm_status.opened_at is 'When the enquiry came there that it speaks of; of a contact, when its status was first told.';
comment on column core.crm_status.staged_at is 'When the CRM last changed the record before this stage was read for the first time.';
create index crm_status_client on core.crm_status (client_id);
create index crm_status_record on core.crm_status (record_id);

-- Where a deal comes from stands in its id, so that raw.record is looked at only by those who ask when it was told.
create view core.outcome as
select
    'deal ' || deal.deal_id as subject,
    case when deal.record_id is null then '' else split_part(deal.deal_id, '/', 1) end as crm,
    case when deal.record_id is null then '' else 'deal:' || substr(deal.deal_id, strpos(deal.deal_id, '/') + 1) end as external_id,
    deal.client_id, deal.stage, deal.lost_reason as reason, deal.manager, deal.opened_at,
    coalesce(deal.closed_at, deal.opened_at) as ended_at, coalesce(record.occurred_at, deal.loaded_at) as told_at,
    deal.next_step_at, deal.last_activity_at, deal.first_response_at
from core.deal
left join raw.record using (record_id)
union all
select
    'status ' || status_id, split_part(status_id, '/', 1), substr(status_id, strpos(status_id, '/') + 1), client_id, stage, reason, manager,
    opened_at, staged_at, staged_at, next_step_at, last_activity_at, first_response_at
from core.crm_status;
comment on view core.outcome is 'Deals and statuses of CRMs alike. Grain: deal or status. crm: the history that told it, empty for files.deals.';
comment on column core.outcome.told_at is 'When the CRM said so, as well as it tells.';

create table core.outcome_word (
    subject     text primary key,
    kind        text        not null check (kind in ('reject', 'accept')),
    stage       text        not null default '',
    lead_id     uuid        not null,
    said_at     timestamptz not null,
    came_to     text        not null check (came_to in ('judged', 'known', 'overruled', 'ours', 'taken back')),
    decision_id bigint references core.decision,
    heard_at    timestamptz not null,
    constraint outcome_word_judged check ((came_to = 'judged') <= (decision_id is not null))
);
comment on table core.outcome_word is
    'What was heard of each deal or status as a word on a lead, and what it came to: so that it is heard once, and taken back when it no longer holds.';
comment on column core.outcome_word.came_to is
    'judged: a judgement was written; known: a person had said so already; overruled: a person said otherwise later; ours: Leadfold itself had set it; taken back: the CRM says so no more.';

create index membership_left on core.membership (client_id) where to_decision is not null;

create table mart.unworked_lead (
    client_id    uuid primary key,
    lead_id      uuid        not null,
    received_at  timestamptz not null,
    day          date        not null,
    site         text        not null,
    source       text        not null,
    channel      text        not null,
    campaign     text        not null,
    manager      text        not null,
    stage        text        not null,
    idle_since   timestamptz not null,
    idle_days    integer     not null check (idle_days >= 0),
    idle_bucket  text        not null check (idle_bucket in ('up to 7 days', '8 to 14 days', '15 to 30 days', 'over 30 days')),
    missed_step_at timestamptz
);
comment on table mart.unworked_lead is
    'Clients whose last genuine lead nobody works: no outcome since, no next step ahead, no activity for so many days. Grain: client.';
comment on column mart.unworked_lead.day is 'Of the lead.';
comment on column mart.unworked_lead.stage is 'Of the open deal; empty where the CRM has none.';
comment on column mart.unworked_lead.manager is 'Of the open deal, else of the CRM''s record, else of the last deal; empty where the CRM names nobody.';
comment on column mart.unworked_lead.idle_since is 'The last thing that is known to have happened: the lead, the opening of its deal, an activity.';
comment on column mart.unworked_lead.missed_step_at is 'A next step that was planned for before now and did not happen.';

create view mart.unworked_per_manager_channel_day as
select manager, channel, day, idle_bucket, count(*) as leads, max(idle_days) as longest_days
from mart.unworked_lead
group by manager, channel, day, idle_bucket;
comment on view mart.unworked_per_manager_channel_day is 'Leads that nobody works. Grain: manager, channel, day of the lead, how long. leads adds up.';

create table mart.first_response_per_manager_day (
    manager             text   not null,
    day                 date   not null,
    leads               bigint not null,
    responses           bigint not null,
    seconds_to_response bigint not null,
    within_5_minutes    bigint not null,
    within_1_hour       bigint not null,
    within_1_day        bigint not null,
    primary key (manager, day)
);
comment on table mart.first_response_per_manager_day is
    'How soon managers answered. Grain: manager, day of the lead. Every column adds up; seconds_to_response / responses is the mean.';
comment on column mart.first_response_per_manager_day.leads is 'Leads that led to a deal or a record of the CRM with a manager or a response.';
comment on column mart.first_response_per_manager_day.responses is 'Leads whose first response the CRM tells.';
comment on column mart.first_response_per_manager_day.within_5_minutes is 'Of the responses; those within an hour and a day contain them.';

create table mart.outcome_build (
    only_row     boolean primary key default true check (only_row),
    built_at     timestamptz not null,
    idle_from    timestamptz not null,
    is_told      boolean     not null,
    unworked     bigint      not null,
    leads        bigint      not null,
    responses    bigint      not null
);
comment on table mart.outcome_build is 'The last build of the marts of outcomes. Grain: one row. idle_from: what happened before it is too long ago.';
comment on column mart.outcome_build.is_told is 'Whether any CRM tells outcomes at all; without, nothing is called unworked.';

create table ops.unworked_told (
    day     date primary key,
    leads   bigint      not null,
    digest  text        not null,
    told_at timestamptz not null
);
comment on table ops.unworked_told is 'On which days people were told of leads that nobody works. digest: of which ones.';

grant select on core.crm_status, core.outcome, core.outcome_word, mart.unworked_lead, mart.unworked_per_manager_channel_day,
    mart.first_response_per_manager_day, mart.outcome_build, ops.unworked_told to leadfold_resolver;
grant insert, update, delete on core.crm_status, core.outcome_word to leadfold_resolver;
grant insert on ops.unworked_told to leadfold_resolver;
grant insert, update, delete, truncate on mart.unworked_lead, mart.unworked_per_manager_channel_day, mart.first_response_per_manager_day,
    mart.outcome_build to leadfold_resolver;
grant select on mart.unworked_lead, mart.unworked_per_manager_channel_day, mart.first_response_per_manager_day, mart.outcome_build
    to leadfold_marketing;
