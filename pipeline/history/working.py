"""How a deal is worked: its next step, the last thing that was done, the first answer to the enquiry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.attribution.day import Order, read_moment
from pipeline.errors import RecordError

_AHEAD = timedelta(days=3660)
"""How far a next step may lie: beyond it is a typing error."""


@dataclass(frozen=True, slots=True)
class Working:
    """next_step_at: the earliest that is planned. last_activity_at, first_response_at: by a person of the company. None: not told."""

    next_step_at: datetime | None = None
    last_activity_at: datetime | None = None
    first_response_at: datetime | None = None

    @property
    def moments(self) -> tuple[datetime | None, datetime | None, datetime | None]:
        """As the warehouse keeps them: next_step_at, last_activity_at, first_response_at."""
        return (self.next_step_at, self.last_activity_at, self.first_response_at)

    def __bool__(self) -> bool:
        return any(self.moments)


NOT_TOLD = Working()


def working_in_cells(cells: Mapping[str, str], zone: ZoneInfo, today: date, order: Order = "") -> Working:
    """What the cells next_step, last_activity and first_response of a row tell.

    Words that are no moment (`call him`, as some CRMs keep a next step) say nothing of when: they refuse no row.
    """
    return Working(
        _moment(cells.get("next_step", ""), zone, today + _AHEAD, order),
        _moment(cells.get("last_activity", ""), zone, today, order),
        _moment(cells.get("first_response", ""), zone, today, order),
    )


def earliest(*moments: datetime | None) -> datetime | None:
    """The earliest of those that are told."""
    return min((each for each in moments if each is not None), default=None)


def latest(*moments: datetime | None) -> datetime | None:
    """The latest of those that are told."""
    return max((each for each in moments if each is not None), default=None)


def _moment(text: str, zone: ZoneInfo, newest: date, order: Order) -> datetime | None:
    if not text.strip():
        return None
    try:
        return read_moment(text, zone, "", newest, order).astimezone(UTC)
    except RecordError:
        return None
