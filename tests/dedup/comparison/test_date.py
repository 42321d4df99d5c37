import numpy as np
import pytest

from dedup.comparison import date
from dedup.comparison.date import prepare
from tests.dedup.comparison.kind_cases import key_of, level_of


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("1980-05-14", "1980-05-14"), ("14.05.1980", "1980-05-14"), ("14/05/1980", "1980-05-14"), ("05/14/1980", "1980-05-14"), ("14/05/80", "1980-05-14"), ("19800514", "1980-05-14"),
        ("14051980", "1980-05-14"), ("14 May 1980", "1980-05-14"), ("May 14, 1980", "1980-05-14"), ("14 мая 1980 г.", "1980-05-14"), ("14 maja 1980 r.", "1980-05-14"),
        ("14 травня 1980", "1980-05-14"), ("14-V-1980", "1980-05-14"), ("1980-5-4", "1980-05-04"), ("1980-05-14T10:00:00Z", "1980-05-14"), ("1980-05-14 00:00:00", "1980-05-14"),
        ("1980", "1980"), ("1980.0", "1980"), ("05.1980", "1980-05"), ("May 1980", "1980-05"), ("1.2.05", "2005-02-01"),
        ("1856-86-18", "1856-86-18"), ("0000-00-00", ""), ("9999-12-31", ""), ("0001-01-01", ""), ("01.01.1900", ""), ("1970-01-01", ""), ("1899-12-30 00:00:00", ""), ("1971-01-01", "1971-01-01"), ("n/a", ""), ("abc", ""), ("29221", ""), ("", ""), ("12.13.14.15", ""),
    ],
)  # fmt: skip
def test_a_date_is_read_as_people_write_it(written, key):
    assert key_of(date, written) == key


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("14.05.1980", "1980-05-14", "equal"), ("1980", "1980", "equal"), ("1861-01-01", "1861-01-01", "equal"), ("1980-05-04", "1980-04-05", "swapped"),
        ("1980-05-14", "1980-05-15", "typo"), ("1980-05-14", "1980-05-41", "typo"), ("1980-05-14", "1980-08-14", "typo"), ("1856-86-18", "1856-06-18", "typo"), ("1630-08-01", "1638-08-01", "typo"),
        ("1980-05-14", "1980-05-27", "year_month"), ("1980-05-14", "1980-05", "year_month"), ("1980-05-14", "1981-05-14", "year_close"), ("1980-05-14", "1979-05-14", "year_close"), ("1980-05-14", "1990-05-14", "year_close"),
        ("1980-05-14", "1980-11-02", "other_day"), ("1980-05-14", "1980-11", "year"), ("1980-05-14", "1980", "year"), ("1861-01-01", "1861-01-07", "year"), ("1980-05-14", "1980-01-01", "year"),
        ("1861-01-01", "1862-01-01", "year"), ("1861", "1869", "year"), ("1799", "1801", "year"), ("1799", "1802", "other_year"), ("1861", "1892", "differ"), ("1861-01-01", "1892-01-01", "differ"),
        ("1980-05-14", "1986-11-14", "other_year"), ("1980-05-14", "1986-05-27", "other_year"), ("1980-05-14", "1986-11-02", "differ"), ("1980-05-14", "1986-01-01", "other_year"),
        ("1980-05-14", "2006-05-27", "differ"), ("1980-05-14", "1920-05-27", "other_year"), ("1980-05-14", "1957-11-02", "differ"), ("1980-05-14", "", "missing"),
    ],
)  # fmt: skip
def test_levels_of_dates(left, right, level):
    assert level_of(date, left, right) == level


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        ("1980-05-14", "1986-11-14", "day equal, month and year differ"), ("1980-05-14", "1986-05-27", "month equal, day and year differ"),
        ("1980-05-14", "1986-05-14", "one slip in the year"), ("1980-05-14", "1992-05-14", "day and month equal, the year differs"),
        ("1980-05-14", "1986", "different years, day or month not known"), ("1980-05-14", "1957-11-02", "another date altogether"),
    ],
)  # fmt: skip
def test_dates_of_other_years_are_told_by_what_agrees(left, right, said):
    prepared = prepare([left, right])
    first, second = np.array([0]), np.array([1])
    assert date.details(prepared, first, second, date.compare(prepared, first, second)) == [said]


def test_parts_of_a_date_leave_unknown_days_out():
    prepared = prepare(["1980-05-04", "1861-01-01", "1980", "1980-05", ""])
    parts = {name: part(prepared) for name, part in date.parts.items()}
    assert parts["year"] == ["1980", "1861", "1980", "1980", ""]
    assert parts["year_month"] == ["1980-05", "", "", "1980-05", ""]
    assert parts["month_day"] == ["05-04", "", "", "", ""]


def test_a_swapped_date_shares_the_part_of_any_order():
    first, second = date.parts["any_order"](prepare(["1980-05-04", "1980-04-05"]))
    assert first == second != ""


def test_many_dates_are_read_like_each_by_itself():
    written = [f"19{year:02d}-{month:02d}-{year % 28 + 1:02d}" for year in range(1, 70) for month in range(1, 13)]
    assert list(prepare(written).keys) == written
