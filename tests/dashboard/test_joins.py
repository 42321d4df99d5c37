"""The page Joins: lines that do not meet, a suggestion accepted and revoked, who may, an empty warehouse."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pipeline import steps
from pipeline.warehouse.connection import Warehouse
from tests.company import company, fold_all, post, select

pytestmark = pytest.mark.postgres

Opener = Callable[..., AppTest]
ADS = """
[files]
rates = "rates.csv"

[[spend]]
name = "ads"
platform = "google"
path = "spend.csv"
channel = "paid_search"
"""


def joins_page() -> None:
    from pipeline.dashboard import door, joins

    door.page(joins.show)()


@pytest.fixture
def open_page(warehouse_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Opener:
    monkeypatch.setenv("DATABASE_URL", warehouse_url)

    def opened(role: str = "marketing") -> AppTest:
        (tmp_path / "leadfold.toml").write_text(f'[dashboard]\nrole = "{role}"\n')
        monkeypatch.setenv("LEADFOLD_CONFIG", str(tmp_path / "leadfold.toml"))
        return AppTest.from_function(joins_page, default_timeout=90).run()

    return opened


@pytest.fixture
def shop(warehouse: Warehouse, tmp_path: Path) -> steps.Workspace:
    (tmp_path / "rates.csv").write_text("day,currency,per_base\n2026-07-01,PLN,4.2\n")
    spend = "day,campaign_id,campaign_name,spend,currency\n2026-08-01,11,okna-warszawa,420,PLN\n2026-08-01,12,drzwi,20,PLN\n"
    (tmp_path / "spend.csv").write_text(spend)
    opened = company(warehouse, ADS, tmp_path)
    tags = {"utm_source": "google", "utm_medium": "cpc"}
    post(opened, "1", Name="Anna Nowak", Phone="501 222 333", utm_campaign="okna-warszwa", **tags)
    post(opened, "2", Name="Jan Sowa", Phone="502 222 333", utm_campaign="<b>nowa</b>", **tags)
    steps.load_spend(opened)
    fold_all(opened)
    steps.attribute(opened)
    return opened


def test_a_suggestion_is_accepted_and_revoked(open_page: Opener, shop: steps.Workspace) -> None:
    page = open_page()
    assert not page.exception
    assert [metric.value for metric in page.metric][:2] == ["1", "2"]
    page.button(key="accept-0").click().run()
    assert not page.exception
    query = "select given, campaign_id, accepted_by, revoked_by from core.campaign_alias"
    assert select(shop.warehouse, query) == [("okna-warszwa", "11", "dashboard", None)]
    steps.attribute(shop)
    page = open_page()
    assert [metric.value for metric in page.metric][:2] == ["0", "1"]
    next(button for button in page.button if str(button.key).startswith("revoke-")).click().run()
    assert not page.exception
    assert select(shop.warehouse, query)[0][3] == "dashboard"


def test_lines_without_another_side_are_tables(open_page: Opener, shop: steps.Workspace) -> None:
    leads, spend = (table.value for table in open_page().dataframe)
    assert set(leads["Campaign"]) == {"okna-warszwa", "<b>nowa</b>"}
    assert set(spend["Campaign"]) >= {"drzwi"}


def test_a_reviewer_sees_but_does_not_correct(open_page: Opener, shop: steps.Workspace) -> None:
    page = open_page("reviewer")
    assert page.metric[0].value == "1"
    assert not [button for button in page.button if str(button.key).startswith("accept-")]


def test_an_empty_warehouse_says_what_it_waits_for(open_page: Opener, warehouse: Warehouse) -> None:
    page = open_page()
    assert not page.exception
    assert [element.value for element in page.subheader] == ["Everything meets"]
