"""Aliases of campaigns: suggested, accepted by a person, applied by attribute(), revoked; the lines that have no other side."""

from typing import Any

import pytest

from pipeline.attribution.join_book import Joins, accept_alias, read_joins, revoke_alias
from pipeline.attribution.marts import attribute
from pipeline.attribution.spend import load_spend
from pipeline.errors import ConfigError
from pipeline.warehouse.connection import Role
from tests.attribution.files import Company
from tests.sql.core_rows import NOW, Core

pytestmark = pytest.mark.postgres

SPEND = "date,campaign_id,campaign,spend\n2026-03-01,77,Okna PVH zima,5.00\n2026-03-01,78,Drzwi,7.00\n"


@pytest.fixture
def mistyped(company: Company) -> Company:
    """Two campaigns with spend; two leads that name one of them wrongly, one that names nothing known."""
    with company.warehouse.transaction(None) as connection:
        core = Core(connection)
        for number, campaign in ((1, "okna_pvh_zma"), (2, "OKNA-pvh-zma"), (3, "balkony")):
            core.lead(number, channel="", utm={"utm_source": "google", "utm_medium": "cpc", "utm_campaign": campaign})
        core.lead(4, channel="", utm={"utm_source": "news", "utm_medium": "email", "utm_campaign": "drzwi"})
    company.google(SPEND, currency="EUR")
    company.load(load_spend)
    company.load(attribute)
    return company


def joins(company: Company) -> Joins:
    with company.warehouse.transaction(Role.RESOLVER) as connection:
        return read_joins(connection, "Europe/Warsaw")


def accept(company: Company, given: str = "okna_pvh_zma", campaign: str = "77", **values: Any) -> int:
    told = {"platform": "google", "by": "anna", "reason": "a typo", "now": NOW} | values
    with company.warehouse.transaction(Role.RESOLVER) as connection:
        return accept_alias(connection, given, campaign, **told)


def tags(company: Company) -> list[tuple[Any, ...]]:
    return list(company.rows("select campaign, rule, joined_by from core.tag order by lead_id"))


def test_what_does_not_meet_is_told_with_the_likeliest_reason(mistyped: Company) -> None:
    found = joins(mistyped)
    assert [(line.campaign, line.spend) for line in found.spend] == [("Drzwi", 7), ("Okna PVH zima", 5)]
    assert [(line.campaign, line.count) for line in found.leads] == [
        ("balkony", 1),
        ("okna-pvh-zma", 1),
        ("okna_pvh_zma", 1),
    ]
    assert {(join.leads.campaign, join.spend.campaign_id) for join in found.likely} == {
        ("okna_pvh_zma", "77"),
        ("okna-pvh-zma", "77"),
    }


def test_an_accepted_alias_joins_every_spelling_of_the_name(mistyped: Company) -> None:
    accept(mistyped)
    assert mistyped.load(attribute)["tagged"] == 4  # whoever may carry it is looked at again
    assert tags(mistyped)[:2] == [("Okna PVH zima", "alias", "alias")] * 2
    found = joins(mistyped)
    assert [line.campaign for line in found.spend] == ["Drzwi"]
    assert [(alias.given, alias.campaign, alias.accepted_by, alias.reason) for alias in found.aliases] == [
        ("okna_pvh_zma", "Okna PVH zima", "anna", "a typo")
    ]


def test_a_revoked_alias_joins_nothing_and_stays_on_record(mistyped: Company) -> None:
    number = accept(mistyped)
    mistyped.load(attribute)
    with mistyped.warehouse.transaction(Role.RESOLVER) as connection:
        revoke_alias(connection, number, by="jan", now=NOW)
    mistyped.load(attribute)
    assert tags(mistyped)[0] == ("okna_pvh_zma", "utm:paid_search", "")
    assert mistyped.rows("select accepted_by, revoked_by from core.campaign_alias") == [("anna", "jan")]
    assert joins(mistyped).aliases == ()


def test_another_word_on_the_same_name_supersedes_the_first(mistyped: Company) -> None:
    accept(mistyped)
    accept(mistyped, "Okna PVH zma", "Drzwi", by="jan")
    assert [(alias.campaign, alias.accepted_by) for alias in joins(mistyped).aliases] == [("Drzwi", "jan")]
    assert mistyped.rows("select revoked_by from core.campaign_alias order by alias_id") == [("jan",), (None,)]


def test_an_alias_follows_its_campaign_when_that_is_renamed(mistyped: Company) -> None:
    accept(mistyped)
    mistyped.google(SPEND.replace("Okna PVH zima", "Okna 2026") + "2026-03-02,77,Okna 2026,1.00\n", currency="EUR")
    mistyped.load(load_spend)
    mistyped.load(attribute)
    assert tags(mistyped)[0] == ("Okna 2026", "alias", "alias")


def test_an_exact_name_beats_an_alias(mistyped: Company) -> None:
    accept(mistyped, "drzwi", "77")
    with mistyped.warehouse.transaction(None) as connection:
        Core(connection).lead(
            9, source="box", channel="", utm={"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "drzwi"}
        )
    mistyped.load(attribute)
    assert tags(mistyped)[-1] == ("Drzwi", "utm_campaign_name", "utm_campaign_name")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"campaign": "nowhere"}, "no campaign, or more than one"),
        ({"platform": "meta"}, "no campaign, or more than one"),
        ({"given": " - "}, "the name given is empty"),
        ({"by": " "}, "say who accepts it"),
    ],
)
def test_what_cannot_be_accepted_is_one_line(mistyped: Company, values: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        accept(mistyped, **values)


def test_an_alias_that_is_not_in_force_cannot_be_revoked(mistyped: Company) -> None:
    with (
        mistyped.warehouse.transaction(Role.RESOLVER) as connection,
        pytest.raises(ConfigError, match="no alias 5 is in force"),
    ):
        revoke_alias(connection, 5, by="jan", now=NOW)
