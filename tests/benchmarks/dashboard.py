"""How long the pages of the dashboard take beside the number of leads: each read of a page, and the page as Streamlit runs it.

    python -m tests.benchmarks.dashboard 5000 100000 1000000

The marts are made by SQL as a build leaves them: two years of days, 24 campaigns of ten channels on two sites in three currencies,
seven leads in ten of new clients, junk as each campaign brings it, every attribution model, one older report; beneath them records,
verdicts, memberships, doubts, deals, spend, events, runs and results of checks. It serves for looking at the pages too.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Connection, text

from pipeline.dashboard.choices import Filters, read_choices
from pipeline.dashboard.cost_figures import read_costs
from pipeline.dashboard.junk_figures import read_claims, read_junk, read_junk_leads
from pipeline.dashboard.lines_behind import Behind, read_clients_behind, read_leads_behind
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Role, Warehouse, copy_rows, run
from pipeline.warehouse.migrate import migrate

LAST_DAY = date(2026, 10, 25)
DAYS = 730
BUILT_AT = datetime(2026, 10, 26, 5, 10, tzinfo=UTC)
ROUNDS = 5

# channel, campaign, platform, site, currency, spend a day at one lead a day, weight, junk in a thousand
PLACES = (
    ("paid_search", "brand-pl", "google", "okna.example", "PLN", 24, 70, 50),
    ("paid_search", "okna-warszawa", "google", "okna.example", "PLN", 95, 90, 170),
    ("paid_search", "okna-krakow", "google", "okna.example", "PLN", 88, 50, 150),
    ("paid_search", "drzwi-antywlamaniowe", "google", "okna.example", "PLN", 102, 30, 90),
    ("paid_search", "rolety-zewnetrzne", "google", "okna.example", "PLN", 70, 25, 110),
    ("paid_search", "Пластиковые окна | Поиск", "yandex", "okna-ru.example", "RUB", 1550, 80, 120),
    ("paid_search", "Балконы под ключ", "yandex", "okna-ru.example", "RUB", 1900, 45, 200),
    ("paid_search", "windows-uk-expats", "google", "okna.example", "EUR", 21, 12, 80),
    ("paid_social", "=SUM lookalike autumn", "meta", "okna.example", "EUR", 14, 85, 460),
    ("paid_social", "remarketing", "meta", "okna.example", "EUR", 19, 25, 100),
    ("paid_social", "VK окна лид-форма", "vk", "okna-ru.example", "RUB", 640, 60, 380),
    ("paid_social", "video-okna-2026", "meta", "okna.example", "EUR", 12, 30, 300),
    ("display", "rsya-balkony", "yandex", "okna-ru.example", "RUB", 420, 35, 520),
    ("display", "kamienice (no leads yet)", "google", "okna.example", "PLN", 60, 0, 0),
    ("marketplace", "leady-budowlane", "", "okna.example", "PLN", 55, 30, 260),
    ("email", "newsletter-2026-09", "", "okna.example", "EUR", 3, 20, 20),
    ("organic_search", "", "", "okna.example", "", 0, 75, 90),
    ("organic_search", "", "", "okna-ru.example", "", 0, 50, 110),
    ("referral", "", "", "okna-ru.example", "", 0, 15, 300),
    ("messenger", "", "", "okna-ru.example", "", 0, 35, 120),
    ("direct", "", "", "okna.example", "", 0, 60, 80),
    ("paid_search", "okna-waszawa", "google", "okna.example", "", 0, 6, 100),
    ("(unallocated)", "", "", "", "EUR", 9, 0, 0),
    ("(unattributed)", "", "", "", "", 0, 18, 550),
)
PER_EUR = {"EUR": 1.0, "PLN": 4.27, "RUB": 95.4, "": 1.0}
_LEAD = "cast(lpad(to_hex(hashint8(number)), 8, '0') || lpad(to_hex(number), 24, '0') as uuid)"
_CLIENT = "cast(lpad(to_hex(hashint8(client)), 8, 'f') || lpad(to_hex(client), 24, 'f') as uuid)"
_SOURCE = "case site when 'okna-ru.example' then 'landing-ru' else 'site-form' end"
_MODELS = ("first_touch", "last_touch", "last_non_direct", "linear", "time_decay", "position_based", "data_driven")

_FILLING = (
    """create temporary table drawn as
    select number, at, cast(at at time zone 'Europe/Warsaw' as date) as day, place.*, client, luck, 'pending' as state, cast(null as text) as stage
    from (
        select number, timestamptz '2026-10-25 20:00+00' - (1 - sqrt(number / cast(:leads as float8))) * interval '1 day' * :days as at,
               case when number % 10 < 7 then number else greatest(1, number - abs(hashint8extended(number, 1) % 400)) / 10 * 10 + number % 7 end as client,
               abs(hashint8extended(number, 2) % :weights) as ticket, abs(hashint8extended(number, 3) % 1000) as luck
        from generate_series(1, cast(:leads as bigint)) as number
    ) as lead
    inner join place on ticket >= place.from_ticket and ticket < place.to_ticket""",
    """update drawn set
        state = case when luck < junk then 'rejected' when luck < junk * 1.6 then 'proposed' when day >= date '2026-10-25' and luck > 900 then 'pending' else 'accepted' end,
        stage = case when luck < junk * 1.6 then (array['spam_bot', 'spam_bot', 'spam_bot', 'unreachable', 'fraud_click', 'supplier', 'incomplete',
                                                        'job_seeker', 'wrong_number', 'off_target'])[1 + (luck + number) % 10] end""",
    f"""insert into mart.touchpoint (lead_id, client_id, occurred_at, day, source, source_kind, site, channel, campaign, platform, is_direct, rule,
                                     state, stage, counts_as_lead)
    select {_LEAD}, case when state <> 'rejected' then {_CLIENT} end, at, day, {_SOURCE},
           'website', site, channel, campaign, platform, channel = 'direct', 'test', state, stage, true
    from drawn""",
    """create temporary table path as
    select client_id, lead_id, occurred_at, day, site, channel, campaign,
           row_number() over (partition by client_id order by occurred_at, lead_id) as place, count(*) over (partition by client_id) as touches
    from mart.touchpoint where client_id is not null""",
    """insert into mart.credit (client_id, lead_id, is_earlier, day, site, channel, campaign, first_touch, last_touch, last_non_direct, linear,
                                time_decay, position_based, data_driven)
    select client_id, lead_id, false, day, site, channel, campaign, first, last, last, alike, alike, alike, alike
    from path cross join lateral (select cast(place = 1 as integer) as first, cast(place = touches as integer) as last,
        case when place = 1 then 1 - (touches - 1) * floor(1000000.0 / touches) / 1000000 else floor(1000000.0 / touches) / 1000000 end as alike) as share""",
    """insert into mart.client (client_id, lead_count, first_touch_lead_id, first_touch_at, first_touch_day, first_touch_site, first_touch_channel,
        first_touch_campaign, last_non_direct_lead_id, last_non_direct_at, last_non_direct_day, last_non_direct_site, last_non_direct_channel,
        last_non_direct_campaign, last_touch_at, last_touch_day, is_qualified, is_new, is_returning, first_won_day, deals_won, revenue)
    select client_id, touches, first.lead_id, first.occurred_at, first.day, first.site, first.channel, first.campaign,
           last.lead_id, last.occurred_at, last.day, last.site, last.channel, last.campaign, last.occurred_at, last.day,
           luck < 42, luck < 15, false, case when luck < 15 then first.day + 9 end, cast(luck < 15 as integer), case when luck < 15 then 300 + luck * 111 else 0 end
    from path as first
    inner join (select * from path where place = touches) as last using (client_id, touches)
    cross join lateral (select abs(hashtextextended(cast(client_id as text), 5) % 100) as luck) as dice
    where first.place = 1""",
    """insert into mart.spend_per_channel_campaign_day_currency (day, site, channel, campaign, currency, spend_original, spend_reporting, unconverted, clicks, impressions)
    select cast(day as date), site, channel, campaign, currency, amount, round(amount / per_eur, 4), 0, 20 + ticket, 900
    from place
    cross join generate_series(timestamp '2026-10-25' - interval '1 day' * :days, timestamp '2026-10-25', interval '1 day') as day
    cross join lateral (select abs(hashtextextended(campaign || cast(day as text), 3) % 20) as ticket) as dice
    cross join lateral (select cast(round(cast(spend * (1 + ticket / 60.0) * case when extract(isodow from day) > 5 then 0.6 else 1 end
        * greatest(1.0, (:leads / cast(:days as float8)) * (to_ticket - from_ticket) / :weights) as numeric), 2) as numeric) as amount) as spent
    where currency <> ''""",
    """insert into mart.cost_per_channel_campaign_day (attribution_model, day, site, channel, campaign, raw_leads, rejected_leads, unique_clients,
        qualified_clients, new_clients, returning_clients, spend, currency, deals_won, revenue)
    with model (attribution_model) as (select unnest(cast(:models as text[]))),
    fact as (
        select attribution_model, day, site, channel, campaign, 1 as raw, cast(state = 'rejected' as integer) as rejected, 0 as unique_, 0 as qualified, 0 as new_, 0 as spend, 0 as deals, 0 as revenue
        from mart.touchpoint cross join model
        union all
        select model.attribution_model, credit.day, credit.site, credit.channel, credit.campaign, 0, 0, model.share, cast(is_qualified as integer) * model.share,
               cast(is_new as integer) * model.share, 0, deals_won * model.share, revenue * model.share
        from mart.credit inner join mart.client using (client_id)
        cross join lateral (values ('first_touch', credit.first_touch), ('last_touch', credit.last_touch), ('last_non_direct', credit.last_non_direct),
            ('linear', credit.linear), ('time_decay', credit.time_decay), ('position_based', credit.position_based), ('data_driven', credit.data_driven)
        ) as model (attribution_model, share) where model.share > 0
        union all
        select attribution_model, day, site, channel, campaign, 0, 0, 0, 0, 0, spend_reporting, 0, 0
        from mart.spend_per_channel_campaign_day_currency cross join model
    )
    select attribution_model, day, site, channel, campaign, sum(raw), sum(rejected), trim_scale(sum(unique_)), trim_scale(sum(qualified)), trim_scale(sum(new_)),
           0, sum(spend), 'EUR', trim_scale(sum(deals)), trim_scale(sum(revenue))
    from fact group by attribution_model, day, site, channel, campaign""",
    """insert into mart.cost_per_channel_campaign_day_history (attribution_model, day, site, channel, campaign, raw_leads, rejected_leads, unique_clients,
        qualified_clients, new_clients, returning_clients, spend, currency, deals_won, revenue, reported_from, reported_to)
    select attribution_model, day, site, channel, campaign, raw_leads, rejected_leads, unique_clients, qualified_clients, new_clients, returning_clients,
           round(spend * late, 4), currency, deals_won, revenue, from_day, to_day
    from mart.cost_per_channel_campaign_day
    cross join lateral (values (0.97, date '2026-10-19', date '2026-10-26'), (1, date '2026-10-26', date 'infinity')) as told (late, from_day, to_day)
    where day < from_day""",
    """insert into mart.rejection_per_channel_day_stage (day, site, channel, stage, state, rule, leads)
    select day, site, channel, stage, state, stage || '_found', count(*) from drawn where stage is not null group by day, site, channel, stage, state""",
    f"""insert into core.lead (lead_id, source, source_kind, group_key, received_at, site, conform_version, click_ids, campaign_id, name_full, phones, emails, message)
    select {_LEAD}, {_SOURCE}, 'website', cast(number as text), at, site, 1,
           case platform when 'google' then jsonb_build_object('gclid', 'Cj0K' || md5(cast(number as text))) when 'yandex' then jsonb_build_object('yclid', cast(number * 7919001 as text))
               when 'meta' then jsonb_build_object('fbclid', 'IwAR' || md5(cast(number as text))) else '{{}}' end,
           cast(hashtext(campaign) as text),
           (array['Anna Nowak', 'Jan Kowalski', 'Ирина Соколова', 'Пётр Иванов', 'Maria Wiśniewska', 'Tomasz Zieliński', 'Ольга Смирнова', 'John Carter'])[1 + number % 8],
           jsonb_build_array(jsonb_build_object('e164', '+48501' || lpad(cast(number % 1000000 as text), 6, '0'))),
           jsonb_build_array(jsonb_build_object('address', 'client' || number || '@mail.example', 'canonical', 'client' || number || '@mail.example',
                                                'domain', 'mail.example')),
           case stage when 'spam_bot' then 'Get 10000 visitors to your site today, best price http://traffic.example'
               when 'supplier' then 'Dzień dobry, oferujemy szkło hartowane w dobrych cenach hurtowych.'
               when 'job_seeker' then 'Ищу работу монтажником, опыт 5 лет.' when 'off_target' then 'Czy robią Państwo także remonty dachów?'
               else 'Proszę o wycenę trzech okien do mieszkania.' end
    from drawn""",
    f"""insert into core.classification (lead_id, state, stage, rule, evidence, rules_version)
    select {_LEAD}, state, stage, coalesce(stage || '_found', ''), case when stage is not null then 'words of the lexicon' else '' end, '1'
    from drawn where state <> 'pending'""",
    "insert into core.decision (kind, actor_kind, actor, decided_at) values ('mint', 'model', 'test', now())",
    """insert into core.client (client_id, state, name, surname, phones, emails, lead_count, first_seen_at, last_seen_at, minted_by, changed_by)
    select client.client_id, 'live', lead.name_full, split_part(lead.name_full, ' ', 2), array[lead.phones -> 0 ->> 'e164'],
           array[lead.emails -> 0 ->> 'address'], client.lead_count, client.first_touch_at, client.last_touch_at, 1, 1
    from mart.client inner join core.lead on lead.lead_id = client.first_touch_lead_id""",
    """insert into mart.build (built_at, timezone, currency, leads, raw_leads, rejected_leads, clients, spend, deals_won, revenue, attribution_models)
    values (:built_at, 'Europe/Warsaw', 'EUR', 0, 0, 0, 0, 0, 0, 0, :models)""",
)  # fmt: skip

_BENEATH = (
    f"""insert into raw.record (record_id, source, external_id, group_key, content_hash, body, media_type, received_at, occurred_at)
    overriding system value
    select number, {_SOURCE}, cast(number as text), cast(number as text), decode(md5(cast(number as text)), 'hex'),
           convert_to('{{"name": "a client", "page": "https://okna.example/okna", "text": "' || repeat('x', 120) || '"}}', 'utf8'), 'application/json', at, at
    from drawn order by drawn.number""",
    "select setval(pg_get_serial_sequence('raw.record', 'record_id'), cast(:leads as bigint))",
    f"insert into core.lead_record (record_id, lead_id, conform_version) select number, {_LEAD}, 1 from drawn where number % 997 > 0 order by drawn.number",
    """insert into ops.quarantine (record_id, stage, error, first_at, last_at)
    select number, 'conform', 'body: is not the JSON that the field map reads; allowed: an object', at, at from drawn where number % 997 = 0""",
    f"""insert into core.membership (lead_id, client_id, from_decision)
    select {_LEAD}, {_CLIENT}, 1 from drawn where state in ('accepted', 'proposed')""",
    # One lead in fifty names a campaign that nobody was billed for: twenty thousand names of a million leads.
    f"""insert into core.tag (lead_id, channel, campaign, platform, site, is_direct, rule, rules_version, joined_by)
    select {_LEAD}, channel, case when is_stray then campaign || ' ' || number else campaign end, platform, site, channel = 'direct', 'test', '1',
           case when campaign = '' or is_stray then '' else 'name' end
    from drawn cross join lateral (select number % 50 = 0 and channel in ('paid_search', 'paid_social', 'display') as is_stray) as stray""",
    """insert into core.spend (name, day, platform, campaign_name, campaign, site, channel, spend_original, currency, spend_reporting,
        reporting_currency, fx_rate, vat_included, loaded_at)
    select 'ads', spend.day, coalesce(nullif(place.platform, ''), 'other'), spend.campaign, spend.campaign, spend.site, spend.channel, spend_original,
           spend.currency, spend_reporting, 'EUR', 1, false, :built_at
    from mart.spend_per_channel_campaign_day_currency as spend inner join place using (channel, campaign, site) where spend.campaign <> ''""",
    """insert into core.deal (deal_id, client_id, stage, amount, currency, amount_reporting, opened_at, closed_at, loaded_at)
    select 'd' || row_number() over (order by client_id), client_id, case when deals_won > 0 then 'won' else 'qualified' end, 1500, 'EUR', 1500,
           first_touch_at + interval '2 days', first_touch_at + interval '9 days', :built_at
    from mart.client where is_new or (is_qualified and get_byte(uuid_send(client_id), 15) % 8 = 0)""",
    """insert into core.review (left_id, right_id, weight, reason, model_version)
    select least(one, other), greatest(one, other), 4 + luck % 9,
           (array['below_merge', 'conflict name', 'conflict tax_id', 'generic'])[1 + luck % 4], '1'
    from (
        select lead_id as one, lead(lead_id, 3) over (order by lead_id) as other, row_number() over (order by lead_id) as place,
               abs(hashtextextended(cast(lead_id as text), 11) % 1000) as luck
        from core.membership
    ) as pair
    where place % 4 = 0 and other is not null""",
    # People judged one doubt in a hundred, and the fold has obeyed.
    """insert into core.decision (kind, lead_ids, actor_kind, actor, evidence, decided_at)
    select 'no_match', array[left_id, right_id], 'person', 'anna', '{"left": 1}', :built_at
    from (select left_id, right_id, row_number() over (order by left_id) as place from core.review) as doubt where place % 100 = 0""",
    "insert into core.match_judgement (left_id, right_id, same) select left_id, right_id, same from core.judged_pair",
    """insert into core.client_history (client_id, version, decision_id, golden)
    select client_id, 1, 1, jsonb_build_object('name', name) from core.client""",
    """insert into core.outbox (event_id, client_id, kind, payload, decision_id, created_at)
    select cast(md5(cast(client_id as text)) as uuid), client_id, 'client.created', jsonb_build_object('client_id', client_id, 'version', 1), 1, last_seen_at
    from core.client order by last_seen_at""",
    # A run each quarter of an hour over ninety days: what it did and what it checked.
    """insert into ops.run (step, source, started_at, finished_at, state)
    select step, source, at, at + interval '4 seconds', 'succeeded'
    from generate_series(timestamptz '2026-10-26 05:00+00' - interval '90 days', timestamptz '2026-10-26 05:00+00', interval '15 minutes') as at
    cross join (values ('ingest', 'site-form'), ('ingest', 'landing-ru'), ('load_spend', null), ('check_landing', null), ('conform', null), ('classify', null),
        ('check_conformed', null), ('fold', null), ('attribute', null), ('build_marts', null), ('check_mart', null), ('verify', null), ('publish', null)) as run (step, source)""",
    "insert into ops.count (run_id, name, value) select run_id, 'new', run_id % 40 from ops.run",
    """insert into ops.check_result (suite, name, passed, observed, checked_at)
    select 'verify', 'check ' || place, true, '{"count": 0, "first": []}', started_at from ops.run cross join generate_series(1, 44) as place where step = 'verify'""",
    """insert into ops.consumer (consumer, kind, created_at, seen_at, server_id, written_by, seq, position_at)
    select name, kind, :built_at, :built_at, (select server_id from feed.server), event.written_by, event.seq, event.created_at
    from (values ('shop', 'webhook', 100), ('bi-tool', 'feed', 5000)) as consumer (name, kind, behind)
    cross join lateral (select written_by, seq, created_at from core.outbox order by seq desc offset least(behind, (select count(*) / 2 from core.outbox)) limit 1) as event""",
)  # fmt: skip
"""What lies beneath the marts: records, memberships, doubts, deals, spend, events, runs and checks, as ninety days of runs leave them."""


def fill(connection: Connection, leads: int) -> None:
    """Fills the marts of an empty, migrated warehouse."""
    connection.execute(
        text("create temporary table place (channel text, campaign text, platform text, site text, currency text, spend numeric,"
             " per_eur numeric, junk integer, from_ticket integer, to_ticket integer)")
    )  # fmt: skip
    ticket, rows = 0, []
    for channel, campaign, platform, site, currency, spend, weight, junk in PLACES:
        rows.append(
            (channel, campaign, platform, site, currency, spend, PER_EUR[currency], junk, ticket, ticket + weight)
        )
        ticket += weight
    names = (
        "channel",
        "campaign",
        "platform",
        "site",
        "currency",
        "spend",
        "per_eur",
        "junk",
        "from_ticket",
        "to_ticket",
    )
    copy_rows(connection, "place", names, rows)
    values = {
        "leads": leads, "days": DAYS, "weights": ticket, "models": list(_MODELS), "built_at": BUILT_AT,
    }  # fmt: skip
    for statement in (*_FILLING, *_BENEATH):
        used = {name: value for name, value in values.items() if f":{name}" in statement}
        connection.execute(text(statement), used)
    run(connection, "review", "place_doubts", after=1, client_ids=None)


def filled(folder: Path, leads: int) -> str:
    """The URL of an embedded warehouse in `folder` with so many leads; 0 leaves it empty."""
    server = embedded.start(folder)
    warehouse = Warehouse.at(server.url())
    migrate(warehouse)
    if leads:
        with warehouse.transaction(None) as connection:
            fill(connection, leads)
    with warehouse.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("vacuum analyze"))
    warehouse.engine.dispose()
    return server.url()


def reads(warehouse: Warehouse) -> dict[str, Callable[[], Any]]:
    """What the pages read, over the usual four weeks and over all days."""
    choices = read_choices(warehouse)
    assert choices is not None
    month = Filters(date(2026, 9, 28), LAST_DAY)
    whole = Filters(choices.first_day, choices.last_day, period="week")
    return {
        "choices": lambda: read_choices(warehouse),
        "costs, 4 weeks": lambda: read_costs(warehouse, month),
        "costs, all days": lambda: read_costs(warehouse, whole),
        "costs as billed, all days": lambda: read_costs(warehouse, Filters(whole.first_day, whole.last_day, currency="PLN")),
        "costs as reported, all days": lambda: read_costs(warehouse, Filters(whole.first_day, whole.last_day, as_of=date(2026, 10, 20))),
        "junk, 4 weeks": lambda: read_junk(warehouse, month),
        "junk, all days": lambda: read_junk(warehouse, whole),
        "claims, 4 weeks": lambda: read_claims(warehouse, month),
        "examples, all days": lambda: read_junk_leads(warehouse, whole, "spam_bot", "paid_social", 50),
        "leads behind, 4 weeks": lambda: read_leads_behind(warehouse, month, Behind("raw", "paid_search"), 200),
        "leads behind, all days": lambda: read_leads_behind(warehouse, whole, Behind("raw", "paid_search"), 200),
        "clients behind, 4 weeks": lambda: read_clients_behind(warehouse, month, Behind("unique", "paid_search"), 200),
        "clients behind, all days": lambda: read_clients_behind(warehouse, whole, Behind("revenue"), 200),
    }  # fmt: skip


# page, module, what the address says
PAGES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("Costs, 4 weeks", "costs", {}),
    ("Costs, all days", "costs", {"days": "last-9999"}),
    ("Costs, all days, one site", "costs", {"days": "last-9999", "site": "okna.example"}),
    ("Costs, all days, as billed", "costs", {"days": "last-9999", "currency": "PLN"}),
    ("Costs, all days, time decay", "costs", {"days": "last-9999", "model": "time_decay"}),
    ("Costs, all days, as reported", "costs", {"days": "last-9999", "as_of": "2026-10-20"}),
    ("Costs, leads behind", "costs", {"of": "raw", "channel": "paid_search"}),
    ("Costs, leads behind, all days", "costs", {"of": "raw", "channel": "paid_search", "days": "last-9999"}),
    ("Costs, clients behind", "costs", {"of": "unique", "channel": "paid_search"}),
    ("Costs, clients behind, all days", "costs", {"of": "unique", "channel": "paid_search", "days": "last-9999"}),
    ("Costs, revenue behind, all days", "costs", {"of": "revenue", "days": "last-9999"}),
    ("Junk, 4 weeks", "junk", {}),
    ("Junk, all days", "junk", {"days": "last-9999"}),
    ("Junk, all days, one site", "junk", {"days": "last-9999", "site": "okna.example"}),
    ("Review, merges", "review", {"doubts": "merge"}),
    ("Review, merges of one reason", "review", {"doubts": "merge", "reason": "below_merge"}),
    ("Review, junk", "review", {"doubts": "junk"}),
    ("Review, junk of one rule", "review", {"doubts": "junk", "proposed": "spam_bot:spam_bot_found"}),
    ("Clients, nothing asked", "clients", {}),
    ("Clients, one client", "clients", {"first": "(a client)"}),
    ("Joins", "joins", {}),
    ("Health", "health", {}),
)


def _seconds(act: Callable[[], Any]) -> float:
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return median(taken)


def page_seconds(module: str, query: dict[str, str]) -> float:
    """A page as Streamlit draws it when somebody who is here looks at it again."""
    from streamlit.testing.v1 import AppTest

    drawing = f"from pipeline.dashboard import door, {module}\ndoor.page({module}.show)()"
    app = AppTest.from_string(drawing, default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception
    assert not app.error, app.error
    return _seconds(app.run)


def _a_client(warehouse: Warehouse) -> str:
    with warehouse.transaction(Role.RESOLVER) as connection:
        found = connection.execute(
            text("select client_id from core.client order by lead_count desc, client_id limit 1")
        )
        return str(found.scalar() or "")


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser()
    parser.add_argument("leads", type=int, nargs="+")
    for leads in parser.parse_args().leads:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            begun = time.perf_counter()
            os.environ["DATABASE_URL"] = filled(folder, leads)
            print(f"{leads:,} leads, made in {time.perf_counter() - begun:.0f} s")
            warehouse = Warehouse.at(os.environ["DATABASE_URL"])
            with warehouse.transaction(Role.MARKETING) as connection:
                print(
                    f"  {connection.execute(text('select count(*) from mart.cost_per_channel_campaign_day')).scalar():,} rows of costs"
                )
            for name, act in (reads(warehouse) if leads else {}).items():
                print(f"  {name:<34}{_seconds(act):8.3f} s", flush=True)
            client = _a_client(warehouse)
            for name, module, query in PAGES:
                asked = {key: client if value == "(a client)" else value for key, value in query.items()}
                print(f"  {name:<34}{page_seconds(module, asked):8.3f} s", flush=True)
            warehouse.engine.dispose()
            embedded.stop(folder)


if __name__ == "__main__":
    main()
