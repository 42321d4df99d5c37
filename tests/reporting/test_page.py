"""The HTML: whole in itself, harmless, in three languages; the figures in it are the report's."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from pipeline.dashboard.cost_figures import Costs
from pipeline.dashboard.health_figures import Health
from pipeline.dashboard.junk_figures import Junk
from pipeline.reporting.figures import Language
from pipeline.reporting.page import page
from tests.reporting.made import MARKUP, health, report

WHOLE = page(report(), "en")


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.addresses += [
            value or "" for name, value in attrs if name in {"src", "href", "xlink:href", "action", "data"}
        ]
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["en", "ru", "pl"])
def test_nothing_is_fetched_and_nothing_runs(language: Language) -> None:
    tags = Tags()
    text = page(report(), language)
    tags.feed(text)
    assert tags.open == []
    assert tags.addresses == []
    assert "script" not in tags.seen
    assert not re.search(r"url\(|@import", text)
    assert "default-src 'none'" in text


def test_what_strangers_typed_is_text() -> None:
    assert MARKUP not in WHOLE
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in WHOLE
    assert "Okna &amp; Drzwi" in WHOLE


def test_three_pictures_each_wide_and_narrow() -> None:
    assert WHOLE.count("<svg") == 6
    assert "NaN" not in WHOLE


def test_the_headline_is_the_total() -> None:
    assert re.search(r"<span>Spend</span><b>€180</b><i>\+100%</i>", WHOLE)
    assert re.search(r'<span>New clients</span><b>1</b><i class="bad">−50%</i>', WHOLE)
    assert "€10.00" in WHOLE  # per raw lead: 180 / 18


def test_late_sources_are_told() -> None:
    assert "Late: mailbox, pbx." in WHOLE


def test_money_that_is_in_no_sum_is_told() -> None:
    costs = Costs(report().costs.campaigns, (), 0, {"PLN": Decimal("12.5")})
    assert "no exchange rate: 12.50\u202fzł" in page(report(costs=costs), "en")


def test_a_company_without_leads_has_a_page() -> None:
    empty = report(
        costs=Costs((), (), 0, {}), junk=Junk((), ()), earlier=None, health=Health("UTC", (), (), (), (), (), ())
    )
    text = page(empty, "pl")
    assert "<svg" not in text
    assert "W tych dniach nie ma nic." in text


def test_a_thousand_campaigns_are_cut_and_told() -> None:
    first = report().costs.campaigns[0]
    many = Costs((first,) * 1000, (), 0, {})
    text = page(report(costs=many, health=health()), "en")
    assert "The first 40 of 1,000" in text
    assert len(text) < 200_000


@pytest.mark.parametrize(
    ("language", "companies"), [("en", "Unique companies"), ("ru", "Уникальные компании"), ("pl", "Unikalne firmy")]
)
def test_where_companies_are_counted_the_report_says_companies(language: Language, companies: str) -> None:
    made = report()
    text = page(replace(made, build=replace(made.build, unit="company")), language)
    assert companies in text
    assert ">Unique clients<" not in text
    assert companies not in page(made, language)


def test_an_older_report_says_of_which_day_it_is() -> None:
    made = report()
    text = page(replace(made, filters=replace(made.filters, as_of=date(2026, 9, 1))), "en")
    assert "as reported on 1 Sep 2026" in text
    assert "junk, and where records are, is told as it is known now" in text
