"""A moment as APIs write it: ISO 8601, seconds or milliseconds since 1970, or the date of a letter."""

from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any

EARLIEST = 100_000_000
"""Seconds since 1970 that are taken for a moment (1973); smaller numbers are counts or ids."""
MILLISECONDS_FROM = 100_000_000_000
"""From here on a number counts milliseconds: as seconds it would be the year 5138."""


def moment(value: Any, zone: tzinfo = UTC) -> datetime | None:
    """The moment in UTC; None for what is none.

    value: ISO 8601 text (`2026-08-01T10:00:00+03:00`, `2026-08-01 10:00:00`), a number or digits since 1970, or
    RFC 2822 (`Sat, 01 Aug 2026 10:00:00 +0000`). zone: of a text that carries none.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        if text.isascii() and text.replace(".", "", 1).isdigit():
            value = float(text)
        else:
            return _written(text, zone)
    if not isinstance(value, int | float) or not EARLIEST <= value < MILLISECONDS_FROM * 1000:
        return None
    return datetime.fromtimestamp(value / 1000 if value >= MILLISECONDS_FROM else value, UTC)


def _written(text: str, zone: tzinfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        try:
            found = parsedate_to_datetime(text)
        except (ValueError, IndexError, TypeError):
            return None
    try:
        return (found if found.tzinfo is not None else found.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
