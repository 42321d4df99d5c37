"""docs/example-month.md: its tables go through the real steps, and every figure that it computed by hand is what the dashboard reads."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from pipeline import steps
from pipeline.attribution.models import MODELS
from pipeline.clients_over_time.reading import (
    read_build,
    read_classes,
    read_completeness,
    read_months,
    read_segments_on,
)
from pipeline.dashboard.choices import Filters
from pipeline.dashboard.cost_figures import Tally, read_costs
from pipeline.dashboard.junk_figures import read_junk
from pipeline.settings import Secrets, parse_settings
from pipeline.sources.configured import configured_sources
from pipeline.warehouse.connection import Role, Warehouse

pytestmark = pytest.mark.postgres

PAGE = Path(__file__).parent.parent / "docs" / "example-month.md"
MARCH = {"first_day": date(2026, 3, 1), "last_day": date(2026, 3, 31)}
MARKED = re.compile(r"<!-- table: (\w+) -->\n((?:\|.*\n)+)")
NOTHING = "—"
Row = Mapping[str, str]


@cache
def tables() -> Mapping[str, tuple[Row, ...]]:
    """The marked tables of the page, by name; cells as written."""
    found = {}
    for name, body in MARKED.findall(PAGE.read_text(encoding="utf-8")):
        header, _, *lines = (
            [cell.strip() for cell in line.strip("|").split("|")] for line in body.strip().splitlines()
        )
        found[name] = tuple(dict(zip(header, line, strict=True)) for line in lines)
    return found


@cache
def config() -> str:
    return re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]  # type: ignore[index]


def _write(folder: Path) -> None:
    files: dict[str, list[Row]] = defaultdict(list)
    files["leads.csv"] = [{k: v for k, v in row.items() if k != "#"} for row in tables()["leads"]]
    files["rates.csv"], files["deals.csv"] = list(tables()["rates"]), list(tables()["deals"])
    for row in tables()["spend"]:
        files[row["file"]].append({k: v for k, v in row.items() if k != "file"})
    for name, lines in files.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, lines[0])
            writer.writeheader()
            writer.writerows(lines)


@pytest.fixture(scope="module")
def month(shared: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The page's company on 1 April: every step of a run, on its four tables."""
    folder = tmp_path_factory.mktemp("example-month")
    _write(folder)
    settings = parse_settings(config(), folder)
    secrets = Secrets({}.get)
    workspace = steps.Workspace(
        settings, shared, configured_sources(settings, secrets), secrets, lambda: datetime(2026, 4, 1, 6, tzinfo=UTC)
    )
    assert steps.ingest(workspace, "form")["new"] == len(tables()["leads"])
    for step in (steps.load_spend, steps.conform, steps.classify, steps.fold, steps.attribute, steps.build_marts):
        step(workspace)
    steps.verify(workspace)
    return shared


def cents(amount: Decimal | None) -> str:
    """As the page writes an amount."""
    return NOTHING if amount is None else str(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


def _by_campaign(warehouse: Warehouse, **chosen: Any) -> dict[tuple[str, str], Tally]:
    costs = read_costs(warehouse, Filters(**MARCH | chosen))
    found = {(row.channel, row.campaign): row.tally for row in costs.campaigns}
    return found | {("all", ""): costs.total}


def _counted(tally: Tally) -> dict[str, str]:
    return {
        "spend": cents(tally.spend),
        "raw": str(tally.raw_leads),
        "rejected": str(tally.rejected_leads),
        "returning": str(tally.returning_clients),
        "per raw lead": cents(tally.cpl_raw),
    }


def _modelled(tally: Tally) -> dict[str, Any]:
    counts = (tally.unique_clients, tally.qualified_clients, tally.new_clients, tally.deals_won)
    return {
        **dict(zip(("unique", "qualified", "new", "deals won"), map(Decimal, counts), strict=True)),
        "revenue": cents(tally.revenue),
        "per unique": cents(tally.cpl_unique),
        "per qualified": cents(tally.cpql),
        "per new": cents(tally.cost_per_new_client),
    }


def _expected(row: Row, numbers: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        k: Decimal(v) if k in numbers else v
        for k, v in row.items()
        if k not in {"channel", "campaign", "currency", "week"}
    }


def test_the_page_tells_every_model() -> None:
    assert set(MODELS) <= set(tables())


def test_what_no_model_touches(month: Warehouse) -> None:
    found = {place: _counted(tally) for place, tally in _by_campaign(month).items()}
    assert found == {(row["channel"], row["campaign"]): _expected(row) for row in tables()["raw"]}


@pytest.mark.parametrize("model", MODELS)
def test_clients_under(month: Warehouse, model: str) -> None:
    found = {place: _modelled(tally) for place, tally in _by_campaign(month, model=model).items()}
    numbers = ("unique", "qualified", "new", "deals won")
    assert found == {(row["channel"], row["campaign"]): _expected(row, numbers) for row in tables()[model]}


def test_weeks(month: Warehouse) -> None:
    found: dict[str, list[Any]] = defaultdict(lambda: [Decimal(0), 0, 0])
    for row in read_costs(month, Filters(**MARCH, period="week")).periods:
        week = found[row.period.isoformat()]
        week[0] += row.tally.spend
        week[1] += row.tally.raw_leads
        week[2] += row.tally.rejected_leads
    told = {week: [cents(spend), str(raw), str(rejected)] for week, (spend, raw, rejected) in found.items()}
    assert told == {row["week"]: list(_expected(row).values()) for row in tables()["weeks"]}


@pytest.mark.parametrize("currency", ["PLN", "EUR"])
def test_spend_as_billed(month: Warehouse, currency: str) -> None:
    costs = read_costs(month, Filters(**MARCH, currency=currency))
    found = {
        row.campaign: {
            "spend": cents(row.tally.spend),
            "raw": str(row.tally.raw_leads),
            "per raw lead": cents(row.tally.cpl_raw),
            "unique": str(row.tally.unique_clients),
            "per unique client": cents(row.tally.cpl_unique),
        }
        for row in costs.campaigns
    }
    assert found == {row["campaign"]: _expected(row) for row in tables()["billed"] if row["currency"] == currency}
    assert (costs.mixed_campaigns, costs.unconverted) == (0, {})


def test_money_that_no_lead_brought_stays_in_february(month: Warehouse) -> None:
    february = {"first_day": date(2026, 2, 1), "last_day": date(2026, 2, 28)}
    for model in MODELS:
        costs = read_costs(month, Filters(**february, model=model))  # type: ignore[arg-type]
        told = [(row.channel, row.tally.deals_won, cents(row.tally.revenue)) for row in costs.campaigns]
        assert told == [("(unattributed)", 1, "500.00")]


@pytest.mark.parametrize("model", ["first_touch", "linear"])
def test_what_came_back(month: Warehouse, model: str) -> None:
    with month.transaction(Role.MARKETING) as connection:
        found = connection.execute(
            text(
                "select channel, campaign, spend, revenue, acquisition_cost, return_on_spend, margin_over_spend"
                " from mart.return_per_channel_campaign where attribution_model = :model"
            ),
            {"model": model},
        ).all()
    told = {(row.channel, row.campaign, *map(cents, row[2:])) for row in found}
    assert told == {tuple(row.values()) for row in tables()[f"return_{model}"]}
    assert cents(sum((row.margin_over_spend for row in found), start=Decimal(0))) == "2506.12"


def test_the_funnel(month: Warehouse) -> None:
    with month.transaction(Role.MARKETING) as connection:
        found = connection.execute(
            text(
                "select channel, campaign, sum(leads), sum(genuine_leads), sum(clients), sum(qualified_clients), sum(clients_with_deal),"
                " sum(clients_won), sum(seconds_to_deal) / 3600.0, sum(seconds_to_win) / 3600.0,"
                " nullif(sum(spend), 0) / nullif(sum(genuine_leads), 0)"
                " from mart.funnel_per_channel_campaign_day where day between :first_day and :last_day group by channel, campaign"
            ),
            MARCH,
        ).all()
    told = {(*row[:2], *map(str, row[2:8]), *map(cents, row[8:])) for row in found}
    assert told == {tuple(row.values()) for row in tables()["funnel"]}


def test_junk(month: Warehouse) -> None:
    found = read_junk(month, Filters(**MARCH))
    told = {(row.channel, str(row.leads), str(row.rejected), str(row.genuine)) for row in found.channels}
    assert told == {tuple(row.values()) for row in tables()["junk"]}
    stages = Counter((row.channel, row.stage, row.state) for row in found.stages for _ in range(row.leads))
    assert stages == {(row["channel"], row["stage"], row["state"]): int(row["leads"]) for row in tables()["stages"]}


def test_clients_month_by_month(month: Warehouse) -> None:
    with month.transaction(Role.MARKETING) as connection:
        found = read_months(connection)
        days = {
            row["day"]: read_segments_on(connection, date.fromisoformat(row["day"])) for row in tables()["segments"]
        }
    told = [
        (
            f"{m.month:%Y-%m}", m.clients_before, m.became_new, m.became_restored, m.became_lost, m.clients, m.new_clients,
            m.regular_clients,
        )
        for m in found
    ]  # fmt: skip
    assert [tuple(map(str, row)) for row in told] == [tuple(row.values()) for row in tables()["months"]]
    assert {day: {k: str(v) for k, v in segments.items()} for day, segments in days.items()} == {
        row["day"]: {k: v for k, v in row.items() if k != "day"} for row in tables()["segments"]
    }


def test_classes(month: Warehouse) -> None:
    with month.transaction(Role.RESOLVER) as connection:
        names = dict(tuple(row) for row in connection.execute(text("select client_id, name from core.client")))
        build = read_build(connection)
        found = list(read_classes(connection, build.months, build))
    assert build.first_month == date(2025, 4, 1)
    percent = [(client.share or 0, client.variation or 0) for client in found]
    told = [
        (names[c.client_id], cents(c.revenue), f"{share * 100:.1f}", c.abc, f"{variation * 100:.1f}", c.xyz)
        for c, (share, variation) in zip(found, percent, strict=True)
    ]
    assert told == [tuple(row.values()) for row in tables()["abc"]]


def test_completeness(month: Warehouse) -> None:
    with month.transaction(Role.MARKETING) as connection:
        found = {(row.circle, row.field): (row.clients, row.filled) for row in read_completeness(connection)}
    for row in tables()["completeness"]:
        assert found[row["circle"], row["field"]] == (int(row["clients"]), int(row["filled in"])), row


def _over_time_page() -> None:
    from pipeline.dashboard import door, over_time

    door.page(over_time.show)()


def test_the_page_of_clients_over_time_says_the_same(
    month: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", month.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("LEADFOLD_CONFIG", str(tmp_path / "none.toml"))
    shown = {}
    for look in ("segments", "turnover", "filled"):
        page = AppTest.from_function(_over_time_page, default_timeout=30)
        page.query_params["look"] = look
        page.run()
        assert (list(page.exception), list(page.error)) == ([], [])
        shown[look] = [[list(row) for row in frame.value.itertuples(index=False)] for frame in page.dataframe]
    months = [[str(cell) for cell in row[1:8]] for row in reversed(shown["segments"][0])]
    assert months == [list(row.values())[1:] for row in tables()["months"]]
    classes = [(row[0], cents(Decimal(str(row[1]))), row[3], row[5]) for row in shown["turnover"][1]]
    assert classes == [(row["client"], row["revenue"], row["ABC"], row["XYZ"]) for row in tables()["abc"]]
    names = {"all": "everybody", "contacted": "contacted", "bought": "bought", "(all)": "everything asked for"}
    filled = {(row[0], row[1]): (row[4], row[3]) for row in shown["filled"][0]}
    for row in tables()["completeness"]:
        place = names[row["circle"]], names.get(row["field"], row["field"])
        assert filled[place] == (int(row["clients"]), int(row["filled in"])), place
