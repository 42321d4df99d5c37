"""Rows of the tables: sums in are sums out, cells in three languages."""

from datetime import date
from decimal import Decimal

import pytest

from pipeline.reporting.figures import Hand, Language
from pipeline.reporting.tables import FIGURES, Column, report_tables, told
from tests.reporting.made import report

TABLES = {table.code: table for table in report_tables(report())}


@pytest.mark.parametrize("code", ["channels", "campaigns", "trend", "junk_channels", "junk_stages"])
def test_counts_and_money_add_up_to_the_last_row(code: str) -> None:
    table = TABLES[code]
    assert table.total is not None
    for place, column in enumerate(table.columns):
        if column.kind in {"count", "money"}:
            assert sum(Decimal(str(row[place] or 0)) for row in table.rows) == table.total[place], column.code


def test_a_cost_of_all_is_spend_by_count_and_no_sum() -> None:
    table = TABLES["channels"]
    place = [column.code for column in table.columns].index("cpl_raw")
    assert table.total is not None
    assert table.total[place] == Decimal(180) / 18


def test_each_headline_has_its_value_before_and_its_change() -> None:
    rows = {row[0]: row[1:] for row in TABLES["headline"].rows}
    assert rows["spend"] == (Decimal(180), Decimal(90), Decimal(1))
    assert rows["new_clients"] == (1, 2, Decimal("-0.5"))
    assert set(rows) == {figure.code for figure in FIGURES}


def test_what_does_not_meet_is_listed() -> None:
    assert [row[:3] for row in TABLES["unmatched"].rows] == [
        ("spend_without_leads", "paid_search", "no leads"), ("leads_of_no_channel", "(unattributed)", ""),
    ]  # fmt: skip


def test_a_restated_figure_is_told_then_and_now_and_others_are_not() -> None:
    rows = {row[0]: row[1:] for row in TABLES["restated"].rows}
    assert rows["spend"] == (date(2026, 8, 28), date(2026, 8, 29), date(2026, 8, 30), 80, 90)
    assert set(rows) == {"spend", "cpl_raw", "cpl_unique", "cpql", "cost_per_new_client"}


def test_a_stage_tells_who_gives_money_back() -> None:
    assert {row[0]: row[4] for row in TABLES["junk_stages"].rows} == {
        "spam_bot": "refund_network", "test": None, "supplier": "refund_seller",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("column", "value", "language", "text"),
    [
        pytest.param(Column("channel", "channel"), "paid_search", "ru", "Контекстная реклама", id="channel"),
        pytest.param(Column("stage", "stage"), "test", "en", "Test lead (no enquiry, in no count of leads)", id="uncounted"),
        pytest.param(Column("stage", "stage"), "supplier", "pl", "Oferta dostawcy / współpraca", id="stage"),
        pytest.param(Column("campaign", "campaign"), "", "pl", "(bez kampanii)", id="no-campaign"),
        pytest.param(Column("change", "share"), Decimal("-0.5"), "en", "−50%", id="fall"),
        pytest.param(Column("change", "share"), Decimal("0.001"), "en", "0%", id="hardly-changed"),
        pytest.param(Column("change", "share"), None, "en", "", id="nothing-before"),
        pytest.param(Column("cpql", "cost"), Decimal("1234.5"), "ru", "1\u202f234,50\u202f€", id="money-in-russian"),
        pytest.param(Column("cpql", "cost"), None, "en", "—", id="nothing-to-divide"),
    ],
)  # fmt: skip
def test_a_cell_is_written_for_people(column: Column, value: object, language: Language, text: str) -> None:
    assert told(column, (value,), value, Hand(language, "EUR", "Europe/Warsaw")) == text
