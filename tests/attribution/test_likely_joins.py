"""Campaign names that were mistyped: near misses that are suggested, and those that are not."""

from datetime import date
from decimal import Decimal

import pytest

from pipeline.attribution.likely_joins import LIKELY, Unmatched, likely_joins

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
MAY = (date(2026, 5, 1), date(2026, 5, 31))


def leads(
    campaign: str, platform: str = "google", channel: str = "paid_search", days: tuple[date, date] = MARCH
) -> Unmatched:
    return Unmatched(platform, channel, campaign, 3, Decimal(0), *days)


def spend(
    campaign: str, platform: str = "google", channel: str = "paid_search", days: tuple[date, date] = MARCH
) -> Unmatched:
    return Unmatched(platform, channel, campaign, 0, Decimal(100), *days)


CASES = {
    "a letter is missing": (leads("okna_pvh_zma"), spend("Okna PVH zima"), True),
    "two letters changed places": (leads("okan pcv warszawa"), spend("Okna PCV Warszawa"), True),
    "words in another order": (leads("warszawa-okna-pcv"), spend("Okna PCV | Warszawa"), True),
    "Latin letters against Cyrillic ones": (leads("okna_pvh_zime"), spend("Окна ПВХ зима"), True),
    "another campaign": (leads("balkony"), spend("Okna PCV Warszawa"), False),
    "another year": (leads("okna zima 2025"), spend("Okna zima 2026"), False),
    "another platform": (leads("okna_pvh_zma", "yandex"), spend("Okna PVH zima"), False),
    "no platform, the same channel": (leads("okna_pvh_zma", ""), spend("Okna PVH zima"), True),
    "no platform, tagged with nothing known": (leads("okna_pvh_zma", "", "other"), spend("Okna PVH zima"), True),
    "no platform, another channel": (leads("okna_pvh_zma", "", "display"), spend("Okna PVH zima"), False),
    "no day in common": (leads("okna_pvh_zma"), spend("Okna PVH zima", days=MAY), False),
    "spend without a name": (leads("okna"), spend(""), False),
}


@pytest.mark.parametrize("case", CASES)
def test_a_mistyped_name_is_suggested(case: str) -> None:
    left, right, suggested = CASES[case]
    found = likely_joins([left], [right])
    assert [join.spend for join in found] == ([right] if suggested else [])
    assert all(join.score >= LIKELY for join in found)


def test_the_likeliest_of_several_is_suggested_and_the_surest_comes_first() -> None:
    found = likely_joins(
        [leads("okna zimma"), leads("drzwi loftowee")], [spend("okna lima"), spend("okna zima"), spend("drzwi loftowe")]
    )
    assert [(join.leads.campaign, join.spend.campaign) for join in found] == [
        ("drzwi loftowee", "drzwi loftowe"),
        ("okna zimma", "okna zima"),
    ]
