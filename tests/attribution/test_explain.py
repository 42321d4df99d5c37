"""`leadfold channels explain`: what a lead's tags were, which rule fired, which joins were tried."""

from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline import steps
from pipeline.attribution.explain import explain_channel
from pipeline.errors import ConfigError
from pipeline.warehouse.connection import Warehouse
from tests.company import company, post, select

pytestmark = pytest.mark.postgres

SPEND = '\n[[spend]]\nname = "google"\npath = "google.csv"\nplatform = "google"\ncurrency = "EUR"\n'


@pytest.fixture
def shop(warehouse: Warehouse, tmp_path: Path) -> steps.Workspace:
    (tmp_path / "google.csv").write_text(
        "date,campaign_id,campaign,spend\n2026-07-01,77001,Okna zima,5\n", encoding="utf-8"
    )
    return company(warehouse, SPEND, tmp_path)


def told(shop: steps.Workspace) -> str:
    steps.load_spend(shop)
    steps.conform(shop)
    steps.attribute(shop)
    return "\n".join(explain_channel(shop, str(select(shop.warehouse, "select lead_id from core.lead")[0][0])))


def test_typed_and_cleaned_values_rule_and_joins_are_told(shop: steps.Workspace) -> None:
    post(
        shop,
        "1",
        Phone="501 222 333",
        utm_source="GOOGLE",
        utm_medium="CPC",
        utm_campaign="okna+ZIMA",
        utm_term="{keyword}",
    )
    found = told(shop)
    assert "  utm_source       GOOGLE\n" in found.partition("\ncleaned")[0]
    assert "  utm_source       google\n" in found.partition("\ncleaned")[2]
    assert "utm_term         refused, unexpanded_macro: {keyword}" in found
    assert "  rule 9, utm:paid_search: source is {search} and medium is {paid} -> paid_search\n" in found
    assert "  joined by utm_campaign as an id: `okna ZIMA` is no one campaign that money was spent on\n" in found
    assert "  joined by utm_campaign as a name: `okna ZIMA` is google 77001, `Okna zima`\n" in found
    assert found.endswith("tag: paid_search, `Okna zima`, by utm_campaign_name, on google")


def test_an_earlier_visit_is_told_apart(shop: steps.Workspace) -> None:
    page = "https://okna.example/?utm_source=google&utm_medium=cpc&utm_campaign=77001"
    post(shop, "1", Phone="501 222 333", utm_source="vk", utm_medium="cpc", utm_campaign="spring")
    steps.conform(shop)
    with shop.warehouse.transaction(None) as connection:
        connection.execute(text("update core.lead set page = :page"), {"page": page})
    found = told(shop)
    assert "the visit of the lead itself\n" in found
    assert "an earlier visit that the form remembered\n" in found
    assert "before it: paid_social, `spring`, by utm:paid_social, on vk; a touch of its own" in found


def test_a_lead_that_would_be_tagged_otherwise_now_says_so(shop: steps.Workspace) -> None:
    post(shop, "1", Phone="501 222 333", utm_source="vk")
    told(shop)
    with shop.warehouse.transaction(None) as connection:
        connection.execute(text("update core.tag set channel = 'email', rule = 'old'"))
    lead_id = str(select(shop.warehouse, "select lead_id from core.lead")[0][0])
    assert explain_channel(shop, lead_id)[-1].startswith(
        "stored: email, no campaign, by old; `leadfold run --step attribute`"
    )


@pytest.mark.parametrize(("asked", "message"), [("x", "is not a lead id"), ("0" * 32, "there is no lead 0000")])
def test_what_is_no_lead_is_one_line(shop: steps.Workspace, asked: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        explain_channel(shop, asked)
