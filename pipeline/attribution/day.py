"""Days and moments as files write them: ISO, `01.03.2026`, `3/1/2026`, `1 марта 2026`, `Mar 1, 2026`."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from pipeline.errors import RecordError

Order = Literal["dmy", "mdy", ""]

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?|(\d{4})(\d{2})(\d{2})")
_NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:[ ,T].*)?")
_WORDS = re.compile(
    r"(?:[^\W\d]+\.?,\s+)?(?:(\d{1,2})\.?[\s/-]+([^\W\d]+)\.?|([^\W\d]+)\.?[\s/-]+(\d{1,2})),?[\s/-]+(\d{4})(?:\s*(?:г|г\.|r\.|года|roku))?"
)
_MONTHS = (
    ("jan", "янв", "sty"), ("feb", "фев", "lut"), ("mar", "мар"), ("apr", "апр", "kwi"), ("may", "мая", "май", "maj"),
    ("jun", "июн", "cze"), ("jul", "июл", "lip"), ("aug", "авг", "sie"), ("sep", "сен", "wrz"), ("oct", "окт", "paź", "paz"),
    ("nov", "ноя", "lis"), ("dec", "дек", "gru"),
)  # fmt: skip
_MONTH = {stem: number for number, stems in enumerate(_MONTHS, start=1) for stem in stems}
_EARLIEST = date(2000, 1, 1)
ALLOWED = "a day such as 2026-03-31 or 31.03.2026"


def day_order(samples: Iterable[str]) -> Order:
    """Whether days written `3/4/2026` start with the day or the month: what the rows above 12 show, '' if none does."""
    shown: set[Order] = set()
    for text in samples:
        if (found := _NUMERIC.fullmatch(text.strip())) is not None and found[2] != ".":
            if int(found[1]) > 12:
                shown.add("dmy")
            elif int(found[3]) > 12:
                shown.add("mdy")
    return shown.pop() if len(shown) == 1 else ""


def read_day(text: str, order: Order, place: str, today: date) -> date:
    """A day from 2000 up to tomorrow (accounts in eastern zones are ahead of us). Raises RecordError."""
    found = _day(text.strip(), order, place)
    if found < _EARLIEST or (found - today).days > 1:
        raise RecordError(place, "is before 2000 or in the future", ALLOWED)
    return found


def _day(text: str, order: Order, place: str) -> date:
    if (iso := _ISO.fullmatch(text)) is not None:
        year, month, day = iso.group(1, 2, 3) if iso[1] else iso.group(4, 5, 6)
    elif (numeric := _NUMERIC.fullmatch(text)) is not None:
        day, month, year = numeric[1], numeric[3], numeric[4]
        if numeric[2] != "." and order == "mdy":
            day, month = month, day
        elif numeric[2] != "." and not order and day != month:
            raise RecordError(place, "can be read as day-month or month-day", ALLOWED)
    elif (words := _WORDS.fullmatch(text)) is not None and (
        number := _MONTH.get((words[2] or words[3])[:3].casefold())
    ):
        day, month, year = words[1] or words[4], str(number), words[5]
    else:
        raise RecordError(place, "is empty" if not text else "is not a day", ALLOWED)
    try:
        return date(int(year) + 2000 if len(year) == 2 else int(year), int(month), int(day))
    except ValueError as error:
        raise RecordError(place, "is not a day of the calendar", ALLOWED) from error


def read_moment(text: str, zone: ZoneInfo, place: str, today: date, order: Order = "") -> datetime:
    """A moment in UTC: an ISO date and time (in `zone` where it names none), or a day, which stands for its start there.
    order: of days written `3/4/2026`. Raises RecordError."""
    bare = text.strip()
    try:
        moment = datetime.fromisoformat(bare)
    except ValueError:
        moment = None
    if moment is None or (len(bare) <= 10 and moment.time() == time()):
        moment = datetime.combine(read_day(bare, order, place, today), _time(bare))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        moment = moment.astimezone(UTC)
    except OverflowError as error:
        raise RecordError(place, "is out of range", ALLOWED) from error
    if moment.date() < _EARLIEST or (moment.date() - today).days > 1:
        raise RecordError(place, "is before 2000 or in the future", ALLOWED)
    return moment


def _time(text: str) -> time:
    found = re.search(r"[ ,T]\s*(\d{1,2}):(\d{2})(?::(\d{2}))?$", text)
    if found is None:
        return time()
    try:
        return time(int(found[1]), int(found[2]), int(found[3] or 0))
    except ValueError:
        return time()
