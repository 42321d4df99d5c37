"""A company's marts, as the step `build_marts` leaves them: made from a seed, with every corner that a page must show."""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from pipeline.warehouse.connection import copy_rows

FIRST_DAY = date(2026, 8, 17)
DAYS = 70
BUILT_AT = datetime(2026, 10, 26, 5, 10, tzinfo=UTC)

# channel, campaign, site, currency, spend per day, leads per day, share of junk
CAMPAIGNS: Sequence[tuple[str, str, str, str, float, float, float]] = (
    ("paid_search", "brand-pl", "okna.example", "PLN", 180, 4.5, 0.06),
    ("paid_search", "okna-warszawa", "okna.example", "PLN", 420, 5.5, 0.18),
    ("paid_search", "Пластиковые окна | Поиск", "okna-ru.example", "RUB", 6200, 4.0, 0.12),
    ("paid_social", "=SUM lookalike autumn", "okna.example", "EUR", 95, 6.0, 0.46),
    ("paid_social", "remarketing", "okna.example", "EUR", 38, 1.2, 0.10),
    ("email", "newsletter-2026-09", "okna.example", "EUR", 4, 1.1, 0.02),
    ("organic_search", "", "okna.example", "", 0, 3.4, 0.09),
    ("referral", "", "okna-ru.example", "", 0, 0.9, 0.30),
    ("messenger", "", "okna-ru.example", "", 0, 1.6, 0.12),
    ("direct", "", "okna.example", "", 0, 2.2, 0.08),
    ("paid_search", "kamienice (no leads yet)", "okna.example", "PLN", 60, 0, 0),
    ("(unallocated)", "", "", "EUR", 9, 0, 0),
    ("(unattributed)", "", "", "", 0, 0.7, 0.55),
)
STAGES = (
    ("spam", "links_only"),
    ("spam", "seo_offer"),
    ("vendor", "offers_services"),
    ("bot", "honeypot"),
    ("test", "test_words"),
)
PER_EUR = {"EUR": 1.0, "PLN": 4.27, "RUB": 95.4, "": 1.0}


def fill(connection: Connection, days: int = DAYS) -> None:
    """Fills every mart and what the page Health reads."""
    dice = random.Random(7)
    costs: list[tuple[Any, ...]] = []
    billed: list[tuple[Any, ...]] = []
    touches: list[tuple[Any, ...]] = []
    junk: dict[tuple[Any, ...], int] = {}
    for step in range(days):
        day = FIRST_DAY + timedelta(days=step)
        for channel, campaign, site, currency, spend, per_day, share in CAMPAIGNS:
            leads = max(0, round(dice.gauss(per_day, per_day / 3)))
            spent = round(spend * dice.uniform(0.7, 1.25), 2) if spend else 0.0
            if day.weekday() >= 5:
                leads, spent = leads // 2, round(spent * 0.6, 2)
            rejected = sum(dice.random() < share for _ in range(leads))
            unique = sum(dice.random() < 0.78 for _ in range(leads - rejected))
            qualified = sum(dice.random() < 0.4 for _ in range(unique))
            new = sum(dice.random() < 0.35 for _ in range(qualified))
            revenue = round(new * dice.uniform(400, 2600), 2)
            if not leads and not spent:
                continue
            for model in ("first_touch", "last_non_direct"):
                moved = min(unique, 1) if model == "last_non_direct" and channel == "direct" else 0
                costs.append(
                    (model, day, site, channel, campaign, leads, rejected, unique - moved, min(qualified, unique - moved),
                     min(new, unique - moved), 0, round(spent / PER_EUR[currency], 4), "EUR", new, revenue)
                )  # fmt: skip
            if spent:
                billed.append(
                    (day, site, channel, campaign, currency, spent, round(spent / PER_EUR[currency], 4), 0, None, None)
                )
            for number in range(leads):
                stage, rule = dice.choice(STAGES)
                doubted = number == rejected and dice.random() < 0.12
                state = "rejected" if number < rejected else "proposed" if doubted else "accepted"
                if state != "accepted":
                    key = (day, site, channel, stage, state, rule)
                    junk[key] = junk.get(key, 0) + 1
                touches.append(
                    (UUID(int=len(touches) + 1), None, datetime(day.year, day.month, day.day, 9, tzinfo=UTC), day, "site-form",
                     "website", site, channel, campaign, "", channel == "direct", "test", state,
                     None if state == "accepted" else stage, True)
                )  # fmt: skip
    copy_rows(
        connection,
        "mart.cost_per_channel_campaign_day",
        ("attribution_model", "day", "site", "channel", "campaign", "raw_leads", "rejected_leads", "unique_clients",
         "qualified_clients", "new_clients", "returning_clients", "spend", "currency", "deals_won", "revenue"),
        costs,
    )  # fmt: skip
    copy_rows(
        connection,
        "mart.spend_per_channel_campaign_day_currency",
        ("day", "site", "channel", "campaign", "currency", "spend_original", "spend_reporting", "unconverted", "clicks", "impressions"),
        billed,
    )  # fmt: skip
    copy_rows(
        connection,
        "mart.touchpoint",
        ("lead_id", "client_id", "occurred_at", "day", "source", "source_kind", "site", "channel", "campaign", "platform",
         "is_direct", "rule", "state", "stage", "counts_as_lead"),
        touches,
    )  # fmt: skip
    copy_rows(
        connection,
        "mart.rejection_per_channel_day_stage",
        ("day", "site", "channel", "stage", "state", "rule", "leads"),
        ((*key, leads) for key, leads in junk.items()),
    )
    build(connection)


def build(connection: Connection) -> None:
    """The row that says that the marts were built."""
    connection.execute(
        text(
            "insert into mart.build (built_at, timezone, currency, leads, raw_leads, rejected_leads, clients, spend, deals_won, revenue) "
            "values (:at, 'Europe/Warsaw', 'EUR', 0, 0, 0, 0, 0, 0, 0)"
        ),
        {"at": BUILT_AT},
    )


def cost(connection: Connection, **values: Any) -> None:
    """One row of mart.cost_per_channel_campaign_day, with sane values for what is not given."""
    row: dict[str, Any] = {
        "attribution_model": "first_touch", "day": FIRST_DAY, "site": "a.example", "channel": "paid_search",
        "campaign": "one", "raw_leads": 0, "rejected_leads": 0, "unique_clients": 0, "qualified_clients": 0,
        "new_clients": 0, "returning_clients": 0, "spend": 0, "currency": "EUR", "deals_won": 0, "revenue": 0,
    } | values  # fmt: skip
    copy_rows(connection, "mart.cost_per_channel_campaign_day", tuple(row), [tuple(row.values())])


def billed(connection: Connection, **values: Any) -> None:
    """One row of mart.spend_per_channel_campaign_day_currency."""
    row: dict[str, Any] = {
        "day": FIRST_DAY, "site": "a.example", "channel": "paid_search", "campaign": "one", "currency": "PLN",
        "spend_original": 0, "spend_reporting": 0, "unconverted": 0,
    } | values  # fmt: skip
    copy_rows(connection, "mart.spend_per_channel_campaign_day_currency", tuple(row), [tuple(row.values())])


def run(
    connection: Connection,
    step: str,
    source: str | None,
    state: str,
    minute: int,
    error: str | None = None,
    **counts: int,
) -> None:
    """One run of a step, an hour and some minutes before the build."""
    started = BUILT_AT - timedelta(minutes=60 - minute)
    run_id = connection.execute(
        text(
            "insert into ops.run (step, source, started_at, finished_at, state, error) "
            "values (:step, :source, :started, :finished, :state, :error) returning run_id"
        ),
        {"step": step, "source": source, "started": started, "state": state, "error": error,
         "finished": None if state == "running" else started + timedelta(seconds=7 + minute)},
    ).scalar_one()  # fmt: skip
    copy_rows(connection, "ops.count", ("run_id", "name", "value"), ((run_id, *pair) for pair in counts.items()))


def records(connection: Connection, source: str, count: int, quarantined: Iterable[str] = ()) -> None:
    """Raw records of a source; the first of them are in quarantine, one per error given."""
    found = connection.execute(
        text(
            "insert into raw.record (source, external_id, group_key, content_hash, body, media_type, received_at) "
            "select :source, n::text, n::text, decode(lpad(to_hex(n), 32, '0'), 'hex'), 'x', 'text/plain', :at "
            "from generate_series(1, :count) as n returning record_id".replace("n::text", "cast(n as text)")
        ),
        {"source": source, "count": count, "at": BUILT_AT - timedelta(hours=2)},
    ).scalars()
    for record_id, error in zip(list(found), quarantined, strict=False):
        connection.execute(
            text("insert into ops.quarantine values (:id, 'conform', :error, 1, :at, :at)"),
            {"id": record_id, "error": error, "at": BUILT_AT},
        )


def check(connection: Connection, name: str, passed: bool, suite: str = "verify", minute: int = 0) -> None:
    """One result of a check."""
    connection.execute(
        text("insert into ops.check_result (suite, name, passed, checked_at) values (:suite, :name, :passed, :at)"),
        {"suite": suite, "name": name, "passed": passed, "at": BUILT_AT + timedelta(minutes=minute)},
    )


def change(connection: Connection, source: str, place: str, detail: str, *, is_open: bool = True) -> None:
    """A change of a source's records."""
    connection.execute(
        text(
            "insert into ops.source_change (source, way, place, change, detail, looked, noticed_at, last_at, ended_at) "
            "values (:source, 'webhook', :place, 'vanished', :detail, 120, :at, :at, :ended)"
        ),
        {"source": source, "place": place, "detail": detail, "at": BUILT_AT, "ended": None if is_open else BUILT_AT},
    )


def fill_health(connection: Connection) -> None:
    """Runs, records, quarantine and checks of a morning on which one source failed."""
    run(connection, "ingest", "okna-form", "succeeded", 2, new=41, redelivered=3, pages=2)
    run(
        connection,
        "ingest",
        "biuro-mailbox",
        "failed",
        3,
        "source biuro-mailbox: the server refused the login; renew its secret",
    )
    run(connection, "ingest", "telegram", "succeeded", 4, new=12, redelivered=0, pages=1)
    run(connection, "ingest", "pbx", "running", 5)
    for minute, step in enumerate(
        ("load_spend", "conform", "classify", "fold", "attribute", "build_marts", "verify", "publish"), 8
    ):
        run(connection, step, None, "succeeded", minute, leads=1840 + minute, rejected=212)
    records(
        connection,
        "okna-form",
        1410,
        ["body: is not form-encoded text"] * 3 + ["date: is not a date; allowed: ISO 8601"],
    )
    records(connection, "biuro-mailbox", 322, ["header From: is missing"])
    records(connection, "telegram", 240)
    change(connection, "okna-form", "Phone", "field `Phone` is called `Phone_2` now")
    change(connection, "okna-form", "Budget", "new field `Budget`, in 9 of the last 12 records")
    change(connection, "telegram", "text", "field `text` is gone", is_open=False)
    connection.execute(
        text("insert into ops.spend_quarantine values ('spend/meta-09.csv', 14, '', 'spend: is not a number', :at)"),
        {"at": BUILT_AT},
    )
    for name in ("conservation", "record_in_two_places", "alias_cycle", "mart_sums", "outbox_missing", "minted_twice"):
        check(connection, name, passed=True)
