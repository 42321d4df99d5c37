"""Spend files in the dialects people have: each is money that must come in whole, or be told line by line."""

from datetime import date
from decimal import Decimal

import pytest

from pipeline.attribution.spend import load_spend
from tests.attribution.files import Company

pytestmark = pytest.mark.postgres

ROWS = "select day, campaign_name, spend_original, currency from core.spend order by day, campaign_name"
MARCH_1, MARCH_2 = date(2026, 3, 1), date(2026, 3, 2)

DIALECTS = {
    "apostrophes": ("date;campaign;spend\n2026-03-01;A;1'234.56\n2026-03-02;B;12'345.00\n", "utf-8"),
    "narrow spaces": ("Дата;Кампания;Расход\n01.03.2026;A;1\u202f234,56\n02.03.2026;B;12\u202f345,00\n", "utf-8"),
    "utf-16 without a mark": ("Дата\tКампания\tРасход\n01.03.2026\tA\t1 234,56\n02.03.2026\tB\t12 345,00\n", "utf-16-le"),
    "month names in Russian": ("День;Кампания;Расход\n1 марта 2026 г.;A;1234,56\n2 мар. 2026;B;12345\n", "cp1251"),
    "month names in Polish": ("Dzień;Kampania;Koszt\n1 marca 2026 r.;A;1234,56\n2-mar-2026;B;12345\n", "cp1250"),
    "month names in English": ('Day,Campaign,Cost\n"Mar 1, 2026",A,1234.56\n"Sun, March 2, 2026",B,12345\n', "utf-8"),
    "american dates": ('Day,Campaign,Cost\n3/1/2026,A,"1,234.56"\n3/2/2026,B,"12,345.00"\n3/31/2026,C,0\n', "utf-8"),
    "british dates": ('Day,Campaign,Cost\n1/3/2026,A,"1,234.56"\n2/3/2026,B,"12,345.00"\n31/3/2026,C,0\n', "utf-8"),
    "a preamble with the same words": ('Campaign report\n"Day, from","1 mar"\n\nDay,Campaign,Cost\n2026-03-01,A,1234.56\n2026-03-02,B,12345\n', "utf-8"),
    "a hint of Excel": ("sep=;\nday;campaign;spend\n2026-03-01;A;1234,56\n2026-03-02;B;12345,00\n", "utf-8-sig"),
    "line ends of old": ("day,campaign,spend\r2026-03-01,A,1234.56\r2026-03-02,B,12345\r", "utf-8"),
}  # fmt: skip


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_dialect_is_read(company: Company, dialect: str) -> None:
    content, encoding = DIALECTS[dialect]
    company.google(content, encoding, currency="EUR")
    company.load(load_spend)
    assert company.problems() == []
    found = [row[:3] for row in company.rows(ROWS) if row[2]]
    assert found == [(MARCH_1, "A", Decimal("1234.56")), (MARCH_2, "B", 12345)]


TOTALS = {
    "Russian": "Дата;Кампания;Расход\n01.03.2026;A;5,00\nИтого;;5,00\n",
    "Polish": "Dzień;Kampania;Koszt\n01.03.2026;A;5,00\nRazem;;5,00\n",
    "English": "Day;Campaign;Cost\n2026-03-01;A;5.00\nGrand total;;5.00\n",
    "of each day": "Day;Campaign;Cost\n2026-03-01;A;5.00\n2026-03-01;Total;5.00\n",
    "under other columns": "Day;Campaign;Cost\n2026-03-01;A;5.00\nTotal: account;;5.00;;;;7\n",
}


@pytest.mark.parametrize("layout", TOTALS)
def test_sums_in_a_file_are_left_out_and_counted(company: Company, layout: str) -> None:
    company.google(TOTALS[layout], currency="EUR")
    counts = company.load(load_spend)
    assert (counts["spend_totals"], company.problems()) == (1, [])
    assert company.rows("select sum(spend_original) from core.spend") == [(5,)]


def test_a_campaign_whose_name_begins_like_a_sum_is_one(company: Company) -> None:
    company.google("day,campaign,spend\n2026-03-01,Total clearance sale,5.00\n", currency="EUR")
    assert company.load(load_spend)["spend_totals"] == 0
    assert [row[1] for row in company.rows(ROWS)] == ["Total clearance sale"]


def test_a_mistyped_day_of_such_a_campaign_is_told(company: Company) -> None:
    company.google("day,campaign,spend\n2026-13-01,Total clearance sale,5.00\n", currency="EUR")
    counts = company.load(load_spend)
    assert (counts["spend_totals"], counts["spend_refused"]) == (0, 1)


def test_days_that_can_be_read_in_two_ways_are_told_line_by_line(company: Company) -> None:
    content = "day,campaign,spend\n3/4/2026,A,5.00\n4/3/2026,B,6.00\n5/5/2026,C,7.00\n"
    company.google(content, currency="EUR")
    company.load(load_spend)
    assert [problem[1] for problem in company.problems()] == [2, 3, 4]  # the third is in May, after today
    assert "day-month or month-day" in company.problems()[0][2]


def test_the_configuration_decides_where_the_file_does_not(company: Company) -> None:
    company.google('day,campaign,spend\n1/3/2026,A,"1,234"\n', currency="EUR", dates="dmy", decimal=".")
    company.load(load_spend)
    assert company.rows(ROWS) == [(MARCH_1, "A", 1234, "EUR")]


def test_a_decimal_comma_without_quotes_is_told_and_not_cut(company: Company) -> None:
    company.google("day,campaign,spend\n2026-03-01,A,1234,56\n2026-03-02,B,7\n", currency="EUR")
    company.load(load_spend)
    assert company.problems() == [
        ("google.csv", 2, "row: has 1 cell(s) more than the header; allowed: one cell per column")
    ]
    assert company.rows("select sum(spend_original) from core.spend") == [(7,)]


def test_a_line_end_inside_quotes_is_part_of_a_name(company: Company) -> None:
    company.google('day,campaign,spend\n2026-03-01,"A\nB",5.00\n2026-03-02,C,oops\n', currency="EUR")
    company.load(load_spend)
    assert company.rows(ROWS)[0][1] == "A B"
    assert company.problems()[0][1] == 4


def test_a_quotation_mark_left_open_costs_its_own_line_only(company: Company) -> None:
    rows = "".join(f"2026-03-{day:02d},A,5.00\n" for day in range(2, 30))
    company.google(f'day,campaign,spend\n2026-03-01,"Okna 24,5.00\n{rows}', currency="EUR")
    company.load(load_spend)
    assert company.rows("select count(*), sum(spend_original) from core.spend") == [(29, 145)]


@pytest.mark.parametrize(
    ("text", "known"), [("5.00 net", False), ("5.00 CHF", True), ("Ft 5.00", True), ("5.00 тг", True)]
)
def test_only_currencies_stand_beside_amounts(company: Company, text: str, known: bool) -> None:
    company.google(f"day,campaign,spend\n2026-03-01,A,{text}\n")
    company.load(load_spend)
    assert bool(company.rows(ROWS)) is known
