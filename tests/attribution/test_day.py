"""Days and moments as files write them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.attribution.day import Order, day_order, read_day, read_moment
from pipeline.errors import RecordError

TODAY = date(2026, 4, 1)
EARLIEST = date(2000, 1, 1)
ZONE = ZoneInfo("Europe/Warsaw")


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2026-03-01", ""),
        ("2026/3/1", ""),
        ("20260301", ""),
        ("2026-03-01 00:00:00", ""),
        ("01.03.2026", ""),
        ("1.3.26", ""),
        ("1/3/2026", "dmy"),
        ("3/1/2026", "mdy"),
        ("1 марта 2026 г.", ""),
        ("Mar 1, 2026", ""),
        ("Sunday, March 1, 2026", ""),
        ("1 mar 2026", ""),
    ],
)
def test_a_day_is_read(text: str, order: Order) -> None:
    assert read_day(text, order, "day", TODAY) == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("yesterday", "is not a day"),
        ("2026-02-30", "not a day of the calendar"),
        ("3/1/2026", "day-month or month-day"),
        ("2026-04-03", "in the future"),
        ("1999-12-31", "before 2000"),
        ("Total", "is not a day"),
    ],
)
def test_a_day_that_is_none_is_refused(text: str, problem: str) -> None:
    with pytest.raises(RecordError, match=problem):
        read_day(text, "", "day", TODAY)


@pytest.mark.parametrize(
    ("column", "order"),
    [(["3/1/2026", "13/1/2026"], "dmy"), (["3/1/2026", "3/13/2026"], "mdy"), (["3/1/2026"], ""), (["13/1/2026", "1/13/2026"], ""), (["13.01.2026"], "")],
)  # fmt: skip
def test_a_column_shows_its_order(column: list[str], order: str) -> None:
    assert day_order(column) == order


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01 10:00", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 2, 28, 23, tzinfo=UTC)),
        ("01.03.2026 10:00", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("2026-03-01T10:00:00+03:00", datetime(2026, 3, 1, 7, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_utc(text: str, moment: datetime) -> None:
    assert read_moment(text, ZONE, "opened_at", TODAY) == moment


def test_a_moment_in_the_future_is_refused() -> None:
    with pytest.raises(RecordError, match="in the future"):
        read_moment("2027-03-01T10:00:00Z", ZONE, "closed_at", TODAY)


# Any text, and texts that look like days and moments: those reach the arithmetic.
TEXTS = st.one_of(
    st.text(max_size=30),
    st.from_regex(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T ]\d{1,2}:\d{2}([+-]\d{2}:\d{2})?)?", fullmatch=True),
)
LATEST = TODAY + timedelta(days=1)


@given(TEXTS)
def test_any_text_is_a_day_within_bounds_or_refused_by_its_place(text: str) -> None:
    found: date | str
    try:
        found = read_day(text, "", "day", TODAY)
    except RecordError as error:
        found = error.place
    assert found == "day" if isinstance(found, str) else EARLIEST <= found <= LATEST


@given(TEXTS)
def test_any_text_is_a_moment_within_bounds_or_refused_by_its_place(text: str) -> None:
    found: datetime | str
    try:
        found = read_moment(text, ZONE, "opened_at", TODAY)
    except RecordError as error:
        found = error.place
    assert found == "opened_at" if isinstance(found, str) else EARLIEST <= found.astimezone(UTC).date() <= LATEST
