"""attribute() tags what needs a tag; build_marts() is a function of core whose sums agree, held to a plain oracle."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from pipeline.attribution.marts import attribute, build_marts
from pipeline.attribution.models import MODELS
from pipeline.attribution.spend import load_spend
from pipeline.quality.verify import verify
from pipeline.warehouse.connection import Role
from tests.attribution.files import Company
from tests.attribution.touch import Touch, first_touch, last_non_direct, shared
from tests.sql.core_rows import NOW, Core, at, uid

pytestmark = pytest.mark.postgres

Cell = tuple[date, str, str, str]


def test_leads_are_tagged_once(company: Company) -> None:
    with company.warehouse.transaction(None) as connection:
        core = Core(connection)
        core.lead(1, channel="", utm={"utm_source": "google", "utm_medium": "cpc"})
        core.lead(2, channel="")
    assert company.load(attribute) == {"tagged": 2, "unattributed": 1}
    assert company.rows("select channel, rule from core.tag order by lead_id") == [
        ("paid_search", "utm:paid_search"),
        ("(unattributed)", "nothing"),
    ]
    assert company.load(attribute) == {"tagged": 0, "unattributed": 0}


def test_a_lead_whose_words_changed_is_tagged_anew(company: Company) -> None:
    with company.warehouse.transaction(None) as connection:
        core = Core(connection)
        core.lead(1, channel="")
        core.lead(2, channel="")
    company.load(attribute)
    with company.warehouse.transaction(None) as connection:
        Core(connection).run("update core.lead set referrer = 'https://vk.com/' where lead_id = :l", l=uid(1))
    assert company.load(attribute) == {"tagged": 1, "unattributed": 0}


def test_a_campaign_that_appears_in_the_spend_gives_its_name_to_earlier_leads(company: Company) -> None:
    with company.warehouse.transaction(None) as connection:
        Core(connection).lead(1, channel="", utm={"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "77"})
    company.load(attribute)
    company.google("date,campaign_id,campaign,spend\n2026-03-01,77,Okna,5.00\n", currency="EUR", site="a.example")
    company.load(load_spend)
    company.load(attribute)
    company.load(build_marts)
    rows = company.rows(
        "select channel, campaign, raw_leads, spend, cpl_raw from mart.cost_per_channel_campaign_day where attribution_model = 'first_touch'"
    )
    assert rows == [("paid_search", "Okna", 1, 5, 5)]


def test_a_lead_without_a_site_stands_at_its_campaign_s(company: Company) -> None:
    company.google("date,campaign_id,campaign,spend\n2026-03-01,77777,Okna,5.00\n", currency="EUR", site="a.example")
    company.load(load_spend)
    with company.warehouse.transaction(None) as connection:
        core = Core(connection)
        core.lead(1, channel="", campaign_id="77777", site="")
        core.lead(2, channel="", campaign_id="77777", site="b.example")
    company.load(attribute)
    company.load(build_marts)
    rows = company.rows(
        "select site, raw_leads, spend from mart.cost_per_channel_campaign_day where attribution_model = 'first_touch' order by 1"
    )
    assert rows == [("a.example", 1, 5), ("b.example", 1, 0)]


def test_readers_see_the_old_marts_until_the_new_ones_commit(company: Company) -> None:
    with company.warehouse.transaction(None) as connection:
        Core(connection).lead(1)
    company.load(build_marts)
    with company.warehouse.transaction(Role.RESOLVER) as connection:
        build_marts(connection, company.settings(), NOW + timedelta(days=1))
        assert company.rows("select count(*) from mart.touchpoint") == [(1,)]
        assert company.rows("select built_at from mart.build") == [(NOW,)]
    assert company.rows("select built_at from mart.build") == [(NOW + timedelta(days=1),)]


class World:
    """A random company, and what its marts must be by the obvious way."""

    def __init__(self, core: Core, seed: int) -> None:
        self.rng = random.Random(seed)
        self.core = core
        self.clients: dict[UUID, list[Touch]] = defaultdict(list)
        self.won: dict[UUID, list[tuple[date, Decimal]]] = defaultdict(list)
        self.raw: Counter[Cell] = Counter()
        self.rejected: Counter[Cell] = Counter()
        self.spend: dict[Cell, Decimal] = defaultdict(Decimal)
        self.stray = Decimal(0)
        self._fill()

    def _cell(self) -> tuple[str, str, str, bool]:
        channel, campaign, is_direct = self.rng.choice(
            [
                ("paid_search", "a", False),
                ("paid_search", "b", False),
                ("email", "n", False),
                ("direct", "", True),
                ("(unattributed)", "", True),
            ]
        )
        return self.rng.choice(["", "x.example"]), channel, campaign, is_direct

    def _fill(self) -> None:
        rng = self.rng
        owned: dict[int, list[UUID]] = defaultdict(list)
        for number in range(1, 61):
            moment = at("2026-03-01", rng.randrange(24)) + timedelta(days=rng.randrange(12), minutes=rng.randrange(60))
            site, channel, campaign, is_direct = self._cell()
            state, stage = rng.choice(
                [("accepted", None)] * 4 + [("proposed", "supplier"), ("rejected", "supplier"), ("rejected", "test")]
            )
            lead = self.core.lead(
                number,
                channel=channel,
                campaign=campaign,
                site=site,
                state=state,
                stage=stage,
                is_direct=is_direct,
                received_at=moment,
            )
            touch = Touch(lead, moment, site, channel, campaign, is_direct)
            if state == "rejected" and stage == "test":
                continue
            self.raw[touch.cell] += 1
            self.rejected[touch.cell] += state == "rejected"
            if state != "rejected":
                client = rng.randrange(25)
                owned[client].append(lead)
                self.clients[uid(1000 + client)].append(touch)
        for client, leads in owned.items():
            self.core.client(1000 + client, leads)
        for number in range(30):
            client_id = uid(1000 + rng.randrange(27))
            closed = date(2026, 2, 25) + timedelta(days=rng.randrange(20))
            amount, stage = Decimal(rng.randrange(1, 900)), rng.choice(["won", "won", "lost", "qualified"])
            self.core.deal(number, client_id, stage, closed.isoformat(), amount)
            if stage == "won" and client_id in self.clients:
                self.won[client_id].append((closed, amount))
            elif stage == "won":
                self.stray += amount
        for number in range(20):
            day = date(2026, 3, 1) + timedelta(days=rng.randrange(12))
            site, channel, campaign, _ = self._cell()
            amount = Decimal(rng.randrange(1, 5000)) / 100
            self.core.spend(day.isoformat(), amount, channel, campaign, site=site, name=f"s{number}")
            self.spend[day, site, channel, campaign] += amount

    def expected(self, model: str) -> Mapping[Cell, dict[str, Any]]:
        cells: dict[Cell, dict[str, Any]] = defaultdict(
            lambda: dict.fromkeys(("raw", "rejected", "unique", "new", "returning", "spend", "won", "revenue"), 0)
        )
        for cell, n in self.raw.items():
            cells[cell]["raw"] = n
            cells[cell]["rejected"] = self.rejected[cell]
        for cell, amount in self.spend.items():
            cells[cell]["spend"] = amount
        for client, touches in self.clients.items():
            won = self.won.get(client, [])
            first_won = min((day for day, _ in won), default=None)
            attributed = first_touch(touches) if model == "first_touch" else last_non_direct(touches, first_won)
            cell = cells[attributed.cell]
            cell["unique"] += 1
            cell["new"] += first_won is not None and first_won >= first_touch(touches).day
            for day, amount in won:
                # A deal older than the first touch was brought by no lead.
                place = cell if day >= first_touch(touches).day else cells[day, "", "(unattributed)", ""]
                place["won"] += 1
                place["revenue"] += amount
            for returned in {touch.cell for touch in touches if first_won is not None and first_won < touch.day}:
                cells[returned]["returning"] += 1
        return {cell: values for cell, values in cells.items() if any(values.values())}


@pytest.fixture(params=range(4))
def world(company: Company, request: pytest.FixtureRequest) -> Iterator[World]:
    with company.warehouse.transaction(None) as connection:
        made = World(Core(connection), request.param)
    company.load(build_marts)
    return made


@pytest.mark.parametrize("model", ["first_touch", "last_non_direct"])
def test_costs_equal_the_oracle_s_and_sums_in_equal_sums_out(company: Company, world: World, model: str) -> None:
    found = {}
    with company.warehouse.transaction(Role.MARKETING) as connection:
        for row in connection.execute(
            text("select * from mart.cost_per_channel_campaign_day where attribution_model = :m"), {"m": model}
        ):
            found[row.day, row.site, row.channel, row.campaign] = {
                "raw": row.raw_leads, "rejected": row.rejected_leads, "unique": row.unique_clients, "new": row.new_clients,
                "returning": row.returning_clients, "spend": row.spend, "won": row.deals_won, "revenue": row.revenue,
            }  # fmt: skip
    expected = world.expected(model)
    assert (
        sum(cell["revenue"] for cell in found.values())
        == sum(cell["revenue"] for cell in expected.values()) + world.stray
    )
    assert sum(cell["spend"] for cell in found.values()) == sum(world.spend.values())
    clean = {cell: values for cell, values in found.items() if cell in expected and cell[2] != "(unattributed)"}
    assert clean == {cell: values for cell, values in expected.items() if cell[2] != "(unattributed)"}
    for part in ("raw", "rejected", "unique", "new", "returning"):
        assert sum(cell[part] for cell in found.values()) == sum(cell[part] for cell in expected.values())
    assert all(cell in expected or cell[2] == "(unattributed)" for cell in found)


def test_the_checks_of_the_marts_hold_on_any_company(company: Company, world: World) -> None:
    with company.warehouse.transaction(Role.RESOLVER) as connection:
        assert [result.name for result in verify(connection, NOW) if not result.passed] == []


def test_every_model_has_the_same_totals(company: Company, world: World) -> None:
    totals = company.rows(
        "select sum(raw_leads), sum(unique_clients), sum(qualified_clients), sum(new_clients), sum(returning_clients), sum(spend),"
        " sum(deals_won), sum(revenue), count(distinct attribution_model) from mart.cost_per_channel_campaign_day group by attribution_model"
    )
    assert len(totals) == len(MODELS)
    assert len(set(totals)) == 1
    assert all(float(unique).is_integer() for _, unique, *_ in totals)


@pytest.mark.parametrize("model", ["linear", "last_touch", "position_based", "time_decay"])
def test_shared_credit_equals_the_oracle_s(company: Company, world: World, model: str) -> None:
    expected: dict[Cell, float] = defaultdict(float)
    for client, touches in world.clients.items():
        first_won = min((day for day, _ in world.won.get(client, [])), default=None)
        for touch, share in shared(model, touches, first_won):
            expected[touch.cell] += share
    found = company.rows(
        f"select day, site, channel, campaign, unique_clients from mart.cost_per_channel_campaign_day "
        f"where attribution_model = '{model}' and unique_clients > 0"
    )
    assert {tuple(row[:4]): float(row[4]) for row in found} == {
        cell: pytest.approx(share, abs=1e-4) for cell, share in expected.items()
    }


def test_a_window_leaves_older_touches_without_credit(company: Company) -> None:
    with company.warehouse.transaction(None) as connection:
        core = Core(connection)
        core.client(
            100, [core.lead(1, "2026-01-01", "email"), core.lead(2, "2026-03-01"), core.lead(3, "2026-03-20", "social")]
        )
    company.attribution = {"window_days": 30}
    company.load(build_marts)
    assert company.rows("select channel, first_touch, linear from mart.credit order by day") == [
        ("paid_search", 1, Decimal("0.5")),
        ("social", 0, Decimal("0.5")),
    ]
    assert company.rows("select window_days from mart.build") == [(30,)]


def test_an_earlier_visit_of_a_lead_is_a_touch_and_no_lead(company: Company) -> None:
    page = "https://a.example/?utm_source=google&utm_medium=cpc&utm_campaign=now"
    with company.warehouse.transaction(None) as connection:
        core = Core(connection)
        kept = {"utm_source": "vk", "utm_medium": "cpc", "utm_campaign": "before"}
        core.client(100, [core.lead(1, channel="", utm=kept, page=page)])
    company.load(attribute)
    company.load(build_marts)
    assert company.rows(
        "select channel, campaign, earlier_channel, earlier_campaign, earlier_rule from mart.touchpoint"
    ) == [("paid_search", "now", "paid_social", "before", "utm:paid_social")]
    assert company.rows(
        "select is_earlier, channel, first_touch, last_touch, linear from mart.credit order by 1 desc"
    ) == [
        (True, "paid_social", 1, 0, Decimal("0.5")),
        (False, "paid_search", 0, 1, Decimal("0.5")),
    ]
    assert company.rows(
        "select channel, raw_leads, unique_clients from mart.cost_per_channel_campaign_day where attribution_model = 'first_touch' order by 1"
    ) == [("paid_search", 1, 0), ("paid_social", 0, 1)]
    assert company.rows("select lead_count, first_touch_channel, last_non_direct_channel from mart.client") == [
        (1, "paid_social", "paid_search")
    ]
