"""Every query of docs/marts.md gives what the page says, on a company small enough to be counted by hand."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from pipeline.attribution.marts import build_marts
from pipeline.settings import CompanySettings, Settings
from pipeline.warehouse.connection import Role, Warehouse
from tests.sql.core_rows import NOW, Core, at, uid

pytestmark = pytest.mark.postgres

PAGE = (Path(__file__).parents[2] / "docs" / "marts.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(r"```sql\n(.*?)```\n\n((?:\|[^\n]*\n)+)", PAGE, re.DOTALL)
SETTINGS = Settings(company=CompanySettings(timezone="Europe/Warsaw", reporting_currency="EUR"))


@pytest.fixture(scope="module")
def company(shared: Warehouse) -> Warehouse:
    """Nine leads of March; on 1 April two clients turn out to be one, and late spend comes."""
    with shared.transaction(None) as connection:
        _march(Core(connection))
    _build(shared, NOW - timedelta(days=1))
    with shared.transaction(None) as connection:
        core = Core(connection)
        core.merge(uid(100), uid(105), [uid(2)])
        core.run("update core.spend set spend_original = 30, spend_reporting = 30 where campaign = 'video'")
        core.run(
            "update core.deal set stage = 'lost', lost_reason = 'price', closed_at = '2026-03-30 12:00+00' where deal_id = 'd3'"
        )
    _build(shared, NOW)
    return shared


def _build(warehouse: Warehouse, now: Any) -> None:
    with warehouse.transaction(Role.RESOLVER) as connection:
        build_marts(connection, SETTINGS, now)


def _march(core: Core) -> None:
    core.client(100, [core.lead(1, "2026-03-02")])
    core.client(105, [core.lead(2, "2026-03-04")])
    core.client(101, [core.lead(3, "2026-03-03"), core.lead(4, "2026-03-16", "email", "news")])
    core.client(102, [core.lead(5, "2026-03-05")])
    core.client(103, [core.lead(6, "2026-03-06")])
    core.client(104, [core.lead(7, "2026-03-10", "email", "news")])
    core.lead(8, "2026-03-11", state="rejected", stage="supplier")
    core.lead(9, "2026-03-12", "paid_social", "video", state="rejected", stage="supplier")
    core.spend("2026-03-02", 120)
    core.spend("2026-03-12", 20, "paid_social", "video")
    core.deal(1, uid(101), "won", "2026-03-13", 400, opened_at=at("2026-03-04"), manager="anna")
    core.deal(2, uid(102), "won", "2026-03-15", 500, opened_at=at("2026-03-06"), manager="anna")
    core.deal(3, uid(103), "qualified", None, 250, opened_at=at("2026-03-08"), manager="piotr")


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal | float):
        return f"{Decimal(str(value)).normalize():f}"
    return str(value)


@pytest.mark.parametrize(("query", "table"), QUESTIONS, ids=[f"question {n}" for n in range(1, len(QUESTIONS) + 1)])
def test_a_query_of_the_page_answers_as_the_page_says(company: Warehouse, query: str, table: str) -> None:
    header, _, *lines = table.splitlines()
    with company.transaction(Role.MARKETING) as connection:
        found = connection.execute(text(query))
        assert tuple(found.keys()) == _cells(header)
        assert [tuple(_shown(value) for value in row) for row in found] == [_cells(line) for line in lines]


def test_every_table_of_the_page_is_there_and_can_be_read(company: Warehouse) -> None:
    tables = re.findall(r"^\| `(\w+)`(?: \(view\))? \|", PAGE, re.MULTILINE)
    assert len(tables) > 10
    with company.transaction(Role.MARKETING) as connection:
        for name in tables:
            connection.execute(text(f"select * from mart.{name}")).all()


def test_a_login_of_the_role_reads_marts_and_nothing_else(company: Warehouse) -> None:
    with company.transaction(Role.MARKETING) as connection:
        allowed = connection.execute(
            text(
                "select has_table_privilege('mart.cost_per_channel_campaign_day', 'insert'), has_schema_privilege('core', 'usage')"
            )
        )
        assert tuple(allowed.one()) == (False, False)
