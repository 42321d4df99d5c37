"""Calendar months: counted, and as people type them."""

import re
from datetime import date

from pipeline.errors import ConfigError

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def month_of(number: int) -> date:
    """The first day of a month by its number since the year 0."""
    return date(number // 12, number % 12 + 1, 1)


def month_number(day: date) -> int:
    """The number of a day's month since the year 0."""
    return day.year * 12 + day.month - 1


def first_month(day: date, months_per_period: int, periods: int) -> date:
    """The first day of so many whole periods before the one that `day` is in; quarters begin in January, April, July, October."""
    current = month_number(day) // months_per_period * months_per_period
    return month_of(current - months_per_period * periods)


def read_month(text: str, place: str) -> date:
    """The first day of a month typed as 2026-03. Raises ConfigError."""
    found = _MONTH.fullmatch(text.strip())
    if found is None or found[1] == "0000":
        raise ConfigError(place, f"`{text}` is not a month", "write it as 2026-03")
    return date(int(found[1]), int(found[2]), 1)
