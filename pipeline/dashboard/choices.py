"""What can be chosen on the pages, what the reader chose, and the build of the marts that it is about."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from pipeline.warehouse.connection import Connection, Role, Warehouse, mapping, one, rows

Model = Literal["first_touch", "last_touch", "last_non_direct", "linear", "time_decay", "position_based", "data_driven"]
Period = Literal["day", "week"]


@dataclass(frozen=True, slots=True)
class Build:
    """When the marts were built, in which time zone their days are, in which currency they report, and what a client is in them."""

    built_at: datetime
    timezone: str
    currency: str
    unit: Literal["person", "company"] = "person"


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters can offer: the days there are (both included), sites, currencies that were billed, attribution models."""

    build: Build
    first_day: date
    last_day: date
    sites: tuple[str, ...]
    currencies: tuple[str, ...]
    models: tuple[Model, ...] = ("first_touch", "last_non_direct")
    reported_days: tuple[date, ...] = ()
    """Days on which figures were reported anew, the newest first."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader chose. site None: all; currency None: the reporting one, else one as billed; as_of None: as it is known now,
    else as it was reported on that day (in the reporting currency only)."""

    first_day: date
    last_day: date
    site: str | None = None
    model: Model = "first_touch"
    currency: str | None = None
    period: Period = "day"
    as_of: date | None = None

    @property
    def place(self) -> dict[str, Any]:
        """The days and the site, as the queries take them."""
        return {"first_day": self.first_day, "last_day": self.last_day, "site": self.site}


def read_choices(warehouse: Warehouse) -> Choices | None:
    """What can be chosen; None while no mart has been built or none has a row."""
    with warehouse.transaction(Role.MARKETING) as connection:
        build = read_build(connection)
        bounds = [row for row in rows(connection, "dashboard", "bounds") if row.first_day is not None]
        if build is None or not bounds:
            return None
        return Choices(
            build=build,
            first_day=min(row.first_day for row in bounds),
            last_day=max(row.last_day for row in bounds),
            sites=tuple(row.site for row in rows(connection, "dashboard", "sites")),
            currencies=tuple(row.currency for row in rows(connection, "dashboard", "currencies")),
            models=tuple(one(connection, "dashboard", "models")),
            reported_days=tuple(row.day for row in rows(connection, "dashboard", "reported_days")),
        )


def read_build(connection: Connection) -> Build | None:
    found = rows(connection, "dashboard", "build")
    return Build(**mapping(found[0])) if found else None
