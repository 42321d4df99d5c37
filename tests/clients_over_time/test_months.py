"""Months as numbers, and as typed."""

from datetime import date

import pytest

from pipeline.clients_over_time.months import first_month, month_number, month_of, read_month
from pipeline.errors import ConfigError


@pytest.mark.parametrize(
    ("day", "months", "periods", "start"),
    [
        pytest.param(date(2026, 8, 1), 1, 12, date(2025, 8, 1), id="a year of months before the first of one"),
        pytest.param(date(2026, 8, 31), 1, 12, date(2025, 8, 1), id="the month that is not over is left out"),
        pytest.param(date(2026, 1, 15), 1, 1, date(2025, 12, 1), id="over the turn of a year"),
        pytest.param(date(2026, 8, 1), 3, 4, date(2025, 7, 1), id="quarters begin in January, April, July, October"),
        pytest.param(date(2026, 12, 31), 3, 2, date(2026, 4, 1), id="the quarter that is not over is left out"),
    ],
)
def test_a_period_is_whole_and_before_today(day: date, months: int, periods: int, start: date) -> None:
    assert first_month(day, months, periods) == start


def test_numbers_lead_back_to_their_months() -> None:
    assert [month_of(month_number(date(2026, month, 28))) for month in range(1, 13)] == [
        date(2026, month, 1) for month in range(1, 13)
    ]


@pytest.mark.parametrize("text", ["2026-13", "2026", "03-2026", "2026-3", "0000-01", ""])
def test_what_is_no_month_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(ConfigError, match=r"--from: .* write it as 2026-03"):
        read_month(text, "--from")
