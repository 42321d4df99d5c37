"""The suites pass on sound data, and each expectation fails on the fault it is for."""

import builtins
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.errors import MissingExtraError
from pipeline.quality.suites import SUITES, Level, check
from pipeline.warehouse.connection import Role, Warehouse
from tests.sql.core_rows import NOW, Core, at, uid

pytestmark = pytest.mark.postgres


def failed(warehouse: Warehouse, level: Level) -> set[str]:
    url = warehouse.engine.url.render_as_string(hide_password=False)
    with warehouse.transaction(Role.RESOLVER) as connection:
        results = check(url, level, connection, NOW)
    assert {result.name for result in results} == {expected.name for expected in SUITES[level]}
    return {result.name for result in results if not result.passed}


def many(core: Core, n: int = 60, **values: Any) -> None:
    for number in range(1, n + 1):
        core.client(
            1000 + number,
            [core.lead(number, phones='[{"e164": "+48500100200"}]', emails='[{"canonical": "a@b.example"}]', **values)],
        )


def cost(core: Core, **values: Any) -> None:
    row: dict[str, Any] = {
        "attribution_model": "first_touch", "day": "2026-03-01", "site": "", "channel": "paid_search", "campaign": "brand",
        "raw_leads": 4, "rejected_leads": 1, "unique_clients": 3, "qualified_clients": 2, "new_clients": 1,
        "returning_clients": 0, "spend": 12, "currency": "EUR", "deals_won": 1, "revenue": 50,
    }  # fmt: skip
    core.insert("mart.cost_per_channel_campaign_day", **row | values)


def mart_client(core: Core, **values: Any) -> None:
    touch = {
        f"{model}_{name}": value
        for model in ("first_touch", "last_non_direct")
        for name, value in {
            "lead_id": uid(1),
            "day": "2026-03-01",
            "site": "",
            "channel": "email",
            "campaign": "",
        }.items()
    }
    row: dict[str, Any] = touch | {
        "client_id": uid(1), "lead_count": 1, "first_touch_at": at("2026-03-01"), "last_non_direct_at": at("2026-03-01"),
        "last_touch_at": at("2026-03-02"), "last_touch_day": "2026-03-02", "is_qualified": False, "is_new": False,
        "is_returning": False, "deals_won": 0, "revenue": 0,
    }  # fmt: skip
    core.insert("mart.client", **row | values)


def touchpoints(core: Core, channel: str) -> None:
    core.run(
        "insert into mart.touchpoint select gen_random_uuid(), null, now(), '2026-03-01', 's', 'website', '', :channel, '', '', true,"
        " 'r', 'accepted', null, true from generate_series(1, 200)",
        channel=channel,
    )  # fmt: skip


def unreadable(core: Core, n: int) -> None:
    for _ in range(n):
        core.record()
    core.run("insert into ops.quarantine select record_id, 'conform', 'unreadable', 1, now(), now() from raw.record")


FAULTS: dict[tuple[Level, str], Callable[[Core], Any]] = {
    ("landing", "the source of a record is a configured name"): lambda core: core.record("Site A"),
    ("landing", "a record has an id of its source"): lambda core: core.run(
        "insert into raw.record (source, external_id, group_key, content_hash, body, media_type, received_at)"
        " values ('site', '', '', decode(repeat('00', 16), 'hex'), 'x', '', '2026-03-01')"
    ),
    ("landing", "records were received in our time"): lambda core: core.record(received_at=at("1999-12-31")),
    ("landing", "sources' clocks are not a day ahead"): lambda core: core.run(
        "insert into raw.record (source, external_id, group_key, content_hash, body, media_type, received_at, occurred_at)"
        " values ('site', 'a', 'a', decode(repeat('00', 16), 'hex'), 'x', '', '2026-03-01', '2026-03-03')"
    ),
    ("landing", "bodies are not empty"): lambda core: core.run(
        "insert into raw.record (source, external_id, group_key, content_hash, body, media_type, received_at)"
        " values ('site', 'a', 'a', decode(repeat('00', 16), 'hex'), '', '', '2026-03-01')"
    ),
    ("landing", "a source does not hand out one id for many contents"): lambda core: core.run(
        "insert into raw.record (source, external_id, group_key, content_hash, body, media_type, received_at)"
        " select 'site', 'a', 'a', decode(md5(n::text), 'hex'), 'x', '', '2026-03-01' from generate_series(1, 100) as n"
    ),
    ("conformed", "leads were received in our time"): lambda core: core.lead(1, "1999-01-01"),
    ("conformed", "one conform version made all leads"): lambda core: (core.lead(1), core.lead(2, conform_version=2)),
    ("conformed", "every lead was classified"): lambda core: core.lead(1, state=None),
    ("conformed", "stages are of the list"): lambda core: core.lead(1, state="proposed", stage="boring"),
    ("conformed", "genuine leads can be reached"): lambda core: core.lead(1),
    ("conformed", "names hold no telephone numbers"): lambda core: core.lead(1, name_full="Anna 500100200"),
    ("conformed", "names hold no addresses"): lambda core: core.lead(1, name_full="anna@firma.example"),
    ("conformed", "names were decoded rightly"): lambda core: core.lead(1, name_full="Анна".encode().decode("latin-1")),
    ("conformed", "campaign tags hold no unfilled macros"): lambda core: core.lead(1, utm={"utm_campaign": "{campaign_id}"}),
    ("conformed", "phones are E.164"): lambda core: core.lead(1, phones='[{"e164": "500100200"}]'),
    ("conformed", "e-mails are canonical"): lambda core: core.lead(1, emails='[{"canonical": "Anna@Firma.example"}]'),
    ("conformed", "most records of a source can be read"): lambda core: unreadable(core, 60),
    ("conformed", "no source is nearly all junk"): lambda core: many(core, state="rejected", stage="spam_bot"),
    ("mart", "channels are of the list"): lambda core: cost(core, channel="adwords"),
    ("mart", "days are in our time"): lambda core: cost(core, day="2027-01-01"),
    ("mart", "one reporting currency"): lambda core: (cost(core), cost(core, campaign="b", currency="PLN")),
    ("mart", "no more leads rejected than came"): lambda core: cost(core, rejected_leads=5),
    ("mart", "no more clients qualified than there are"): lambda core: cost(core, qualified_clients=4),
    ("mart", "no more clients new than there are"): lambda core: cost(core, new_clients=4),
    ("mart", "counts are not negative"): lambda core: cost(core, deals_won=-1),
    ("mart", "unallocated spend has no leads"): lambda core: cost(core, channel="(unallocated)"),
    ("mart", "tagging works: most leads have a channel"): lambda core: touchpoints(core, "(unattributed)"),
    ("mart", "clients have their touchpoints in order"): lambda core: mart_client(core, last_touch_at=at("2026-02-01")),
    ("mart", "revenue is not negative"): lambda core: mart_client(core, revenue=-5),
}  # fmt: skip


@pytest.mark.parametrize("level", SUITES)
def test_sound_data_meets_every_expectation(warehouse: Warehouse, level: Level) -> None:
    with warehouse.transaction(None) as connection:
        core = Core(connection)
        many(core)
        cost(core)
        cost(
            core,
            attribution_model="last_non_direct",
            channel="(unallocated)",
            raw_leads=0,
            rejected_leads=0,
            unique_clients=0,
            qualified_clients=0,
            new_clients=0,
        )
        mart_client(core)
        touchpoints(core, "email")
    assert failed(warehouse, level) == set()


@pytest.mark.parametrize(("level", "name"), FAULTS, ids=[name for _, name in FAULTS])
def test_an_expectation_fails_on_its_fault(warehouse: Warehouse, level: Level, name: str) -> None:
    with warehouse.transaction(None) as connection:
        FAULTS[level, name](Core(connection))
    assert name in failed(warehouse, level)


def test_every_expectation_has_a_planted_fault() -> None:
    assert set(FAULTS) == {(level, expected.name) for level, suite in SUITES.items() for expected in suite}


def test_results_hold_numbers_and_no_row(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        Core(connection).lead(1, name_full="Anna 500100200")
    failed(warehouse, "conformed")
    with warehouse.transaction(None) as connection:
        kept = Core(connection).run("select string_agg(observed::text, ' ') from ops.check_result")
        gate = Core(connection).run("select reason from ops.gate")
    assert "500100200" not in kept
    assert "conformed: names hold no telephone numbers" in gate


def test_without_the_library_the_error_names_the_extra(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("great_expectations"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with (
        warehouse.transaction(Role.RESOLVER) as connection,
        pytest.raises(MissingExtraError, match=r"leadfold\[quality\]"),
    ):
        check("postgresql://x", "mart", connection, NOW)
