"""When things happen: ninety days, office hours mostly, fewer on weekends. All moments are aware UTC."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FIRST_DAY = date(2026, 8, 1)
DAYS = 90
LAST_DAY = FIRST_DAY + timedelta(days=DAYS - 1)
ZONES = {"ru": ZoneInfo("Europe/Moscow"), "pl": ZoneInfo("Europe/Warsaw"), "en": ZoneInfo("Europe/London")}

_HOURS = (1, 0, 0, 0, 0, 1, 2, 4, 8, 12, 14, 14, 12, 11, 12, 12, 11, 10, 9, 8, 8, 7, 5, 3)
_OFFICE_HOURS = (0, 0, 0, 0, 0, 0, 0, 1, 7, 12, 14, 14, 11, 10, 12, 12, 11, 8, 4, 2, 1, 0, 0, 0)
_WEEKDAYS = (1.2, 1.15, 1.1, 1.05, 1.0, 0.6, 0.45)


def _moment_on(rng: random.Random, day: date, language: str, hours: tuple[int, ...]) -> datetime:
    hour = rng.choices(range(24), hours)[0]
    clock = time(hour, rng.randrange(60), rng.randrange(60))
    return datetime.combine(day, clock, ZONES[language]).astimezone(UTC)


def draw_moment(rng: random.Random, language: str, *, office_hours: bool = False) -> datetime:
    """A moment of the period, by the local habits of `language`."""
    days = [FIRST_DAY + timedelta(days=n) for n in range(DAYS)]
    day = rng.choices(days, [_WEEKDAYS[d.weekday()] for d in days])[0]
    return _moment_on(rng, day, language, _OFFICE_HOURS if office_hours else _HOURS)


def end_of_period() -> datetime:
    """The first moment that no longer belongs to the period in any of the zones."""
    return datetime.combine(LAST_DAY, time(20, 0), UTC)


def draw_later(rng: random.Random, after: datetime, language: str) -> datetime | None:
    """A repeat contact: within hours, days or weeks; None where it would fall behind the period."""
    luck = rng.random()
    if luck < 0.3:
        moment = after + timedelta(minutes=rng.randrange(6, 300))
    else:
        gap = rng.randrange(1, 8) if luck < 0.7 else rng.randrange(8, 50)
        moment = _moment_on(rng, after.date() + timedelta(days=gap), language, _HOURS)
    return moment if after < moment < end_of_period() else None
