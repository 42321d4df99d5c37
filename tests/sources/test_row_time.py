from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipeline.sources.row_time import column_order, row_moment

NOW = datetime(2026, 8, 10, 12, 0, tzinfo=UTC)
WARSAW = ZoneInfo("Europe/Warsaw")
MOMENTS = {
    "Polish sheet": ("01.08.2026 12:00:05", "2026-08-01T10:00:05"),
    "ISO": ("2026-08-01 12:00:05", "2026-08-01T10:00:05"),
    "British sheet": ("01/08/2026 12:00:05", "2026-08-01T10:00:05"),
    "Google's own download": ("2026/08/01 12:00:05 PM GMT+2", "2026-08-01T10:00:05"),
    "half an hour of a zone": ("2026/08/01 3:30:05 PM GMT+5:30", "2026-08-01T10:00:05"),
    "midnight of half a day": ("2026/08/01 12:00:05 AM GMT+2", "2026-07-31T22:00:05"),
    "a zone by its letters": ("2026/08/01 12:00:05 PM CEST", "2026-08-01T10:00:05"),
    "ISO in UTC": ("2026-08-01T10:00:05+00:00", "2026-08-01T10:00:05"),
    "WordPress in words": ("August 1, 2026 12:00 pm", "2026-08-01T10:00:00"),
    "Polish in words": ("1 sierpnia 2026, 12:00", "2026-08-01T10:00:00"),
    "Russian in words": ("1 августа 2026 12:00", "2026-08-01T10:00:00"),
    "a day alone": ("01.08.2026", "2026-07-31T22:00:00"),
}


@pytest.mark.parametrize("form", MOMENTS)
def test_a_moment_is_read(form):
    text, expected = MOMENTS[form]
    assert row_moment(text, "dmy", WARSAW, NOW) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "soon", "31.02.2026 10:00", "01.08.2026 25:00", "01.08.2036 10:00", "1.1.1900", "13:00 PM"]
)
def test_what_is_no_moment_is_none(text):
    assert row_moment(text, "dmy", WARSAW, NOW) is None


ORDERS = {
    "a day above 12": (["8/1/2026 9:00:00", "8/13/2026 9:00:00"], "mdy", datetime(2026, 8, 14, tzinfo=UTC)),
    "a day above 12, first": (["01/08/2026 9:00:00", "13/08/2026 9:00:00"], "dmy", datetime(2026, 8, 14, tzinfo=UTC)),
    "the future": (["8/9/2026 9:00:00"], "mdy", datetime(2026, 8, 10, tzinfo=UTC)),
    "rows in order": (["7/9/2026 9:00:00", "8/1/2026 9:00:00", "8/2/2026 9:00:00"], "mdy", datetime(2026, 12, 1, tzinfo=UTC)),
    "rows newest first": (["8/2/2026 9:00:00", "8/1/2026 9:00:00", "7/9/2026 9:00:00"], "mdy", datetime(2026, 12, 1, tzinfo=UTC)),
    "read soon after": (["8/1/2026 9:00:00", "8/2/2026 9:00:00", "8/3/2026 9:00:00"], "mdy", datetime(2026, 8, 3, 12, tzinfo=UTC)),
}  # fmt: skip


@pytest.mark.parametrize("why", ORDERS)
def test_the_order_is_told_by_the_whole_column(why):
    texts, expected, now = ORDERS[why]
    assert column_order(texts, now, "PL") == expected


@pytest.mark.parametrize(("region", "expected"), [("US", "mdy"), ("PL", "dmy")])
def test_where_nothing_tells_the_region_does(region, expected):
    assert column_order(["5/5/2026 9:00:00"], NOW, region) == expected
    assert column_order([], NOW, region) == expected
