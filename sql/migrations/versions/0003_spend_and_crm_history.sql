-- Versions of spend, windows of ad accounts, the history of a CRM. What spend says today is its first version.

alter table core.lead drop constraint lead_source_kind_check;
alter table core.lead add constraint lead_source_kind_check check (source_kind in ('website', 'email', 'chat', 'call', 'crm'));

alter table core.spend alter column spend_original type numeric(20, 6);
alter table core.spend add column vat_rate numeric(5, 2) not null default 0;
alter table core.spend add column said_by text not null default '';
alter table core.spend add column is_withdrawn boolean not null default false;
comment on table core.spend is 'Ad spend per day and campaign, in its own and in the reporting currency: what was said last.';
comment on column core.spend.vat_rate is 'Percent of VAT that spend_original holds and spend_reporting does not; 0 where none is known.';
comment on column core.spend.said_by is 'The file or the account that said so last.';
comment on column core.spend.is_withdrawn is 'The row is gone from what was read again: nothing was spent.';

create table core.spend_history (
    spend_history_id bigint generated always as identity primary key,
    name             text           not null,
    day              date           not null,
    account          text           not null,
    campaign_id      text           not null,
    campaign_name    text           not null,
    site             text           not null,
    currency         text           not null,
    change           text           not null check (change in ('new', 'restated', 'withdrawn', 'dropped')),
    spend_original   numeric(20, 6) not null,
    vat_included     boolean        not null,
    vat_rate         numeric(5, 2)  not null,
    clicks           bigint,
    impressions      bigint,
    said_by          text           not null,
    said_at          timestamptz    not null
);
comment on table core.spend_history is 'Every version of every row of spend: who said what, when; append-only. dropped: its entry left the configuration.';
create index spend_history_of_row on core.spend_history (name, day, account, campaign_id);

create function core.keep_spend_version() returns trigger language plpgsql as $$
begin
    insert into core.spend_history
        (name, day, account, campaign_id, campaign_name, site, currency, change, spend_original, vat_included, vat_rate, clicks,
         impressions, said_by, said_at)
    values
        (new.name, new.day, new.account, new.campaign_id, new.campaign_name, new.site, new.currency,
         case when tg_op = 'INSERT' then 'new' when new.is_withdrawn then 'withdrawn' else 'restated' end,
         new.spend_original, new.vat_included, new.vat_rate, new.clicks, new.impressions, new.said_by, new.loaded_at);
    return null;
end $$;

create trigger spend_is_new after insert on core.spend
    for each row execute function core.keep_spend_version();
create trigger spend_is_restated after update on core.spend
    for each row
    when ((old.spend_original, old.vat_included, old.vat_rate, old.clicks, old.impressions, old.is_withdrawn)
          is distinct from (new.spend_original, new.vat_included, new.vat_rate, new.clicks, new.impressions, new.is_withdrawn))
    execute function core.keep_spend_version();

create table core.spend_window (
    name      text primary key,
    first_day date        not null,
    last_day  date        not null,
    read_at   timestamptz not null
);
comment on table core.spend_window is 'How far each ad account has been read through its API.';

create trigger spend_history_is_appended before update or delete or truncate on core.spend_history
    for each statement execute function core.refuse_change();

insert into core.spend_history
    (name, day, account, campaign_id, campaign_name, site, currency, change, spend_original, vat_included, vat_rate, clicks, impressions,
     said_by, said_at)
select name, day, account, campaign_id, campaign_name, site, currency, 'new', spend_original, vat_included, vat_rate, clicks, impressions,
       said_by, loaded_at
from core.spend
order by name, day, account, campaign_id, campaign_name, site, currency;

alter table core.deal add column record_id bigint references raw.record;
alter table core.deal add column read_as text not null default '';
comment on column core.deal.record_id is 'The record of a CRM''s history that told it; null for a deal of files.deals.';
comment on column core.deal.read_as is 'How the record was read; another reading of its source reads it again.';
create index deal_record on core.deal (record_id) where record_id is not null;

alter table mart.client add column known_since_day date;
comment on column mart.client.is_new is 'Their first won deal came on or after the day of their first touch, and the CRM did not know them before it.';
comment on column mart.client.is_returning is 'They touched us on a day after their first won deal, or the CRM knew them before their first touch.';
comment on column mart.client.deals_won is 'Deals won on or after the day of the first touch; older ones no lead of ours brought.';
comment on column mart.client.known_since_day is 'Since when the CRM knows them; null where its history does not.';
comment on column mart.cost_per_channel_campaign_day.returning_clients is
    'Clients with a touch on this row that came after the day of their first won deal, or whom the CRM knew before their first touch: the same under each model.';

grant select on core.spend_history, core.spend_window to leadfold_resolver;
grant insert on core.spend_history to leadfold_resolver;
grant insert, update, delete on core.spend_window to leadfold_resolver;
