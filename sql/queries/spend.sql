-- Ad spend and exchange rates.

-- name: forget_problems
-- A file that is read again reports its problems afresh.
delete from ops.spend_quarantine where file = any(cast(:files as text[]));

-- name: report_problems
insert into ops.spend_quarantine (file, row_number, line, error, seen_at)
select :file, row_number, line, error, :now
from unnest(cast(:row_numbers as integer[]), cast(:lines as text[]), cast(:errors as text[])) as problem (row_number, line, error)
on conflict (file, row_number) do update set line = excluded.line, error = excluded.error, seen_at = excluded.seen_at;

-- name: create_loaded_rate
create temporary table loaded_rate (
    place bigint generated always as identity, day date not null, currency text not null, per_base numeric(20, 8) not null
) on commit drop;

-- name: merge_rates
-- The last row of the file decides where a day comes twice.
insert into core.fx_rate (day, currency, per_base, base)
select distinct on (day, currency) day, currency, per_base, :base
from loaded_rate
order by day, currency, place desc
on conflict (day, currency, base) do update set per_base = excluded.per_base
where fx_rate.per_base <> excluded.per_base;

-- name: create_loaded_spend
create temporary table loaded_spend (
    file_number    integer        not null,
    row_number     integer        not null,
    name           text           not null,
    day            date           not null,
    platform       text           not null,
    account        text           not null,
    campaign_id    text           not null,
    campaign_name  text           not null,
    site           text           not null,
    channel        text           not null,
    spend_original numeric(20, 6) not null,
    currency       text           not null,
    vat_included   boolean        not null,
    vat_rate       numeric(5, 2)  not null,
    said_by        text           not null,
    clicks         bigint,
    impressions    bigint
) on commit drop;

-- name: create_read_window
-- Days that a file or an account told of as a whole. is_whole: of the entry, whoever told of these days before.
create temporary table read_window (
    name text not null, said_by text not null, is_whole boolean not null, first_day date not null, last_day date not null
) on commit drop;

-- name: create_merged_spend
-- Rows of one file add up (a campaign may come once per group or device). Where files overlap, the last file of the name's
-- order replaces the earlier ones: exports of the same days are restatements. With an id, the name is no part of the key.
create temporary table merged_spend on commit drop as
with per_file as (
    select file_number, name, day, account, campaign_id, case when campaign_id = '' then campaign_name else '' end as nameless,
           site, currency, max(campaign_name) as campaign_name, max(platform) as platform, max(channel) as channel,
           sum(spend_original) as spend_original, bool_or(vat_included) as vat_included, max(vat_rate) as vat_rate,
           max(said_by) as said_by, sum(clicks) as clicks, sum(impressions) as impressions
    from loaded_spend
    group by file_number, name, day, account, campaign_id, nameless, site, currency
),

last_file as (
    select distinct on (name, day, account, campaign_id, nameless, site, currency) *
    from per_file
    order by name, day, account, campaign_id, nameless, site, currency, file_number desc
),

disagreeing as (
    select name, day, account, campaign_id, nameless, site, currency
    from per_file
    group by name, day, account, campaign_id, nameless, site, currency
    having count(distinct spend_original) > 1
)

select last_file.*, disagreeing.name is not null as restated
from last_file
left join disagreeing using (name, day, account, campaign_id, nameless, site, currency);

-- name: rename_campaigns
-- A campaign renamed since the last load keeps its row.
update core.spend set campaign_name = merged_spend.campaign_name
from merged_spend
where merged_spend.campaign_id <> ''
  and (spend.name, spend.day, spend.account, spend.campaign_id, spend.site, spend.currency)
      = (merged_spend.name, merged_spend.day, merged_spend.account, merged_spend.campaign_id, merged_spend.site, merged_spend.currency)
  and spend.campaign_name <> merged_spend.campaign_name;

-- name: merge_spend
with written as (
    insert into core.spend
        (name, day, platform, account, campaign_id, campaign_name, site, channel, campaign, spend_original, currency,
         reporting_currency, vat_included, vat_rate, said_by, clicks, impressions, loaded_at, restated)
    select name, day, platform, account, campaign_id, campaign_name, site, channel, campaign_name, spend_original, currency,
           :base, vat_included, vat_rate, said_by, clicks, impressions, :now, restated
    from merged_spend
    order by name, day, account, campaign_id, campaign_name, site, currency
    on conflict (name, day, account, campaign_id, campaign_name, site, currency) do update set
        platform = excluded.platform, channel = excluded.channel, spend_original = excluded.spend_original,
        vat_included = excluded.vat_included, vat_rate = excluded.vat_rate, said_by = excluded.said_by, clicks = excluded.clicks,
        impressions = excluded.impressions, loaded_at = excluded.loaded_at, is_withdrawn = false,
        restated = spend.restated or excluded.restated or spend.spend_original <> excluded.spend_original
    where (spend.platform, spend.channel, spend.spend_original, spend.vat_included, spend.vat_rate, spend.clicks, spend.impressions,
           spend.is_withdrawn)
          is distinct from (excluded.platform, excluded.channel, excluded.spend_original, excluded.vat_included, excluded.vat_rate,
                            excluded.clicks, excluded.impressions, false)
    returning (xmax = 0) as is_new
)
select count(*) filter (where is_new) as new, count(*) filter (where not is_new) as changed from written;

-- name: name_speakers
-- Another file that says the same is who said so last: a row that is gone from it is withdrawn.
update core.spend set said_by = merged_spend.said_by
from merged_spend
where (spend.name, spend.day, spend.account, spend.campaign_id, spend.campaign_name, spend.site, spend.currency)
      = (merged_spend.name, merged_spend.day, merged_spend.account, merged_spend.campaign_id, merged_spend.campaign_name,
         merged_spend.site, merged_spend.currency)
  and spend.said_by <> merged_spend.said_by;

-- name: withdraw_vanished
-- What is gone from days that were read again was not spent: nought, and the history keeps what was said before.
update core.spend set
    spend_original = 0, clicks = 0, impressions = 0, is_withdrawn = true, restated = true, said_by = read_window.said_by, loaded_at = :now
from read_window
where spend.name = read_window.name
  and (read_window.is_whole or spend.said_by = read_window.said_by)
  and spend.day between read_window.first_day and read_window.last_day
  and not spend.is_withdrawn
  -- Another account under the same entry was not asked for: what it told stands.
  and (
      not read_window.is_whole or spend.said_by <> read_window.said_by
      or spend.account in (select merged_spend.account from merged_spend where merged_spend.name = spend.name)
  )
  and not exists (
      select from merged_spend
      where (merged_spend.name, merged_spend.day, merged_spend.account, merged_spend.campaign_id, merged_spend.site, merged_spend.currency)
            = (spend.name, spend.day, spend.account, spend.campaign_id, spend.site, spend.currency)
        and (spend.campaign_id <> '' or merged_spend.campaign_name = spend.campaign_name)
  );

-- name: drop_removed
-- Rows of an entry that the configuration no longer has: a renamed entry would count its money twice.
with gone as (
    delete from core.spend where name <> all(cast(:names as text[])) returning *
)
insert into core.spend_history
    (name, day, account, campaign_id, campaign_name, site, currency, change, spend_original, vat_included, vat_rate, clicks,
     impressions, said_by, said_at)
select name, day, account, campaign_id, campaign_name, site, currency, 'dropped', 0, vat_included, vat_rate, clicks, impressions,
       said_by, :now
from gone
order by name, day, account, campaign_id, campaign_name, site, currency;

-- name: windows
select name, first_day, last_day from core.spend_window;

-- name: move_window
-- Days that do not touch what was read before would leave a hole between: they are asked for again.
insert into core.spend_window (name, first_day, last_day, read_at)
values (:name, :first_day, :last_day, :now)
on conflict (name) do update set
    first_day = least(spend_window.first_day, excluded.first_day), last_day = greatest(spend_window.last_day, excluded.last_day),
    read_at = excluded.read_at
where excluded.last_day >= spend_window.first_day - 1 and excluded.first_day <= spend_window.last_day + 1;

-- name: forget_windows
delete from core.spend_window where name <> all(cast(:names as text[]));

-- name: money_in_window
select count(*) from core.spend where name = :name and day between :first_day and :last_day and spend_original <> 0;

-- name: label_campaigns
-- The marts' name of a campaign: the newest name of its id, else its own name, else its id.
with newest as (
    select distinct on (platform, campaign_id) platform, campaign_id, campaign_name
    from core.spend
    where campaign_id <> '' and campaign_name <> ''
    order by platform, campaign_id, day desc, name, campaign_name
),

labelled as (
    select spend.ctid as place, coalesce(newest.campaign_name, nullif(spend.campaign_name, ''), spend.campaign_id) as label
    from core.spend
    left join newest on newest.platform = spend.platform and newest.campaign_id = spend.campaign_id
)

update core.spend set campaign = labelled.label
from labelled
where spend.ctid = labelled.place and spend.campaign <> labelled.label;

-- name: convert_spend
-- By the rate of the day, or the latest earlier one; without one the reporting amount stays empty. VAT of a known rate is taken out.
with rated as (
    select spend.ctid as place,
           case when spend.currency = :base then 1 else rate.per_base end as per_base,
           case when spend.currency = :base then spend.day else rate.day end as rate_day
    from core.spend
    left join lateral (
        select fx_rate.per_base, fx_rate.day
        from core.fx_rate
        where fx_rate.currency = spend.currency and fx_rate.base = :base and fx_rate.day <= spend.day
        order by fx_rate.day desc
        limit 1
    ) as rate on true
)
update core.spend set
    spend_reporting = round(spend.spend_original / (1 + spend.vat_rate / 100) / rated.per_base, 4),
    reporting_currency = :base,
    fx_rate = rated.per_base,
    fx_date = rated.rate_day
from rated
where spend.ctid = rated.place
  and (spend.spend_reporting, spend.reporting_currency, spend.fx_rate, spend.fx_date)
      is distinct from (round(spend.spend_original / (1 + spend.vat_rate / 100) / rated.per_base, 4), :base, rated.per_base, rated.rate_day);

-- name: without_rate
-- Rows read in this load that have no rate: the first row of each file and currency, with how many there are.
select loaded_spend.file_number, loaded_spend.currency, min(loaded_spend.row_number) as row_number, count(*) as rows,
       min(loaded_spend.day) as first_day, max(loaded_spend.day) as last_day
from loaded_spend
where loaded_spend.currency <> :base
  and not exists (
      select from core.fx_rate
      where fx_rate.currency = loaded_spend.currency and fx_rate.base = :base and fx_rate.day <= loaded_spend.day
  )
group by loaded_spend.file_number, loaded_spend.currency
order by loaded_spend.file_number, loaded_spend.currency;
