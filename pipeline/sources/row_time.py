"""Moments as people's spreadsheets show them, where the order of day and month is that of somebody's locale.

`3/4/2026` is told from the whole column: no order may make a day impossible or put it into the future, rows mostly stand in the order
of their time, and a table is read soon after its last row was written.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from typing import Literal

from pipeline.attribution.day import read_day
from pipeline.errors import RecordError

Order = Literal["dmy", "mdy"]
MONTH_FIRST = frozenset({"US", "PH", "PR", "GU"})
"""Countries whose people write the month first."""
_ORDERS: Sequence[Order] = ("dmy", "mdy")
_CLOCK = re.compile(
    r"(?:\s*,\s*|\s+(?:at|o|в)\s+|\s+|T)(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?\s*([ap]\.?\s?m\.?)?\s*(?:(Z|GMT|UTC)?([+-]\d{1,2})?(?::?(\d{2}))?|[A-Z]{2,5})$",
    re.IGNORECASE,
)
_LATE = timedelta(days=1)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Tried:
    """How well an order fits: days it makes impossible, rows before and behind the row above them, the newest moment."""

    impossible: int = 0
    backwards: int = 0
    forwards: int = 0
    last: datetime = _NEVER
    newest: datetime = _NEVER


def column_order(texts: Iterable[str], now: datetime, region: str) -> Order:
    """Whether the days of a column begin with the day or the month; where nothing tells, what is usual in the region."""
    tried = {order: _Tried() for order in _ORDERS}
    for text in texts:
        for order, fit in tried.items():
            found = row_moment(text, order, UTC, now)
            if found is None:
                fit.impossible += bool(text.strip())
                continue
            fit.backwards += found < fit.last
            fit.forwards += found > fit.last > _NEVER
            fit.last, fit.newest = found, max(found, fit.newest)
    usual: Order = "mdy" if region in MONTH_FIRST else "dmy"

    def misfit(order: Order) -> tuple[int, int, timedelta, bool]:
        fit = tried[order]
        # Rows may stand newest first as well as oldest first.
        return fit.impossible, min(fit.backwards, fit.forwards), now - fit.newest, order != usual

    return min(_ORDERS, key=misfit)


def row_moment(text: str, order: Order, zone: tzinfo, now: datetime) -> datetime | None:
    """The moment in UTC, None for what is none, is before 2000 or after tomorrow. zone: of a moment that names none."""
    bare = " ".join(text.split())
    found = _iso(bare) or _written(bare, order, now)
    if found is None:
        return None
    try:
        moment = (found if found.tzinfo is not None else found.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return moment if moment.year >= 2000 and moment <= now + _LATE else None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _written(text: str, order: Order, now: datetime) -> datetime | None:
    clock = _CLOCK.search(text)
    try:
        day = read_day(text[: clock.start()] if clock else text, order, "time", now.date())
        return datetime.combine(day, _time(clock) if clock else time())
    except (RecordError, ValueError):
        return None


def _time(clock: re.Match[str]) -> time:
    """The time of day. Raises ValueError for one that is none."""
    hour, half = int(clock[1]), (clock[4] or "").lower()[:1]
    if half and not 1 <= hour <= 12:
        raise ValueError("an hour of half a day is 1 to 12")
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    zone: tzinfo | None = UTC if clock[5] else None
    if clock[6]:
        minutes = int(clock[7] or 0)
        zone = timezone(timedelta(hours=int(clock[6]), minutes=-minutes if clock[6].startswith("-") else minutes))
    return time(hour, int(clock[2]), int(clock[3] or 0), tzinfo=zone)
