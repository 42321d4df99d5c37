"""Reads the tables of clients over time, for the command line and for pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, get_args
from uuid import UUID

from pipeline.errors import StopError
from pipeline.warehouse.connection import Connection, mapping, rows, stream

Segment = Literal["new", "regular", "restored", "lost"]
SEGMENTS: tuple[Segment, ...] = get_args(Segment)
CIRCLES = ("all", "contacted", "bought", "regular")
ALL_FIELDS = "(all)"
"""The row of a circle that counts the clients who have everything it requires."""


class NothingBuiltError(StopError):
    """The tables of clients over time were never built."""

    def __init__(self) -> None:
        super().__init__("clients over time: nothing is built yet; `leadfold run` builds it")


@dataclass(frozen=True, slots=True)
class ClientBuild:
    """What the tables were built with. day: in the company's zone; abc, xyz: shares of one; revenue in `currency`; deals_of_nobody: won
    deals whose client is not known."""

    built_at: datetime
    day: date
    currency: str
    lost_after_months: int
    new_for_months: int
    first_month: date
    months_per_period: int
    periods: int
    abc: tuple[Decimal, ...]
    xyz: tuple[Decimal, ...]
    clients: int
    buyers: int
    deals_won: int
    revenue: Decimal
    deals_of_nobody: int


@dataclass(frozen=True, slots=True)
class SegmentMonth:
    """Clients of a month: who was there before, who came, went and returned, and who is there at the end of `until_day`."""

    month: date
    until_day: date
    clients_before: int
    became_new: int
    became_restored: int
    became_lost: int
    became_regular: int
    clients: int
    new_clients: int
    regular_clients: int
    restored_clients: int
    lost_clients: int


@dataclass(frozen=True, slots=True)
class ClientSegment:
    """A client who ever bought, on the day of the build."""

    client_id: UUID
    segment: Segment
    since_day: date
    first_won_day: date
    last_won_day: date
    deals_won: int
    revenue: Decimal


@dataclass(frozen=True, slots=True)
class ClientClass:
    """A client's classes of a period. share: of all turnover; variation: None where there is no turnover."""

    client_id: UUID
    deals_won: int
    revenue: Decimal
    share: Decimal | None
    abc: Literal["A", "B", "C"]
    variation: Decimal | None
    xyz: Literal["X", "Y", "Z"]


@dataclass(frozen=True, slots=True)
class Filled:
    """Clients of a circle who have a required field (ALL_FIELDS: every one), by source and manager."""

    circle: str
    source: str
    manager: str
    field: str
    clients: int
    filled: int


@dataclass(frozen=True, slots=True)
class IncompleteClient:
    """A client who lacks required fields. name: personal data."""

    client_id: UUID
    name: str
    source: str
    manager: str
    revenue: Decimal
    missing: tuple[str, ...]


def read_build(connection: Connection) -> ClientBuild:
    """What the tables were built with. Raises NothingBuiltError."""
    found = rows(connection, "clients_over_time", "build")
    if not found:
        raise NothingBuiltError
    told = mapping(found[0])
    return ClientBuild(**{**told, "abc": tuple(told["abc"]), "xyz": tuple(told["xyz"])})


def read_months(connection: Connection) -> tuple[SegmentMonth, ...]:
    """Clients by segment for each month since the first purchase."""
    return tuple(SegmentMonth(**mapping(row)) for row in rows(connection, "clients_over_time", "months"))


def read_segments_on(connection: Connection, day: date) -> dict[Segment, int]:
    """Clients per segment at the end of a day."""
    found = {row.segment: row.clients for row in rows(connection, "clients_over_time", "segments_on", day=day)}
    return {segment: found.get(segment, 0) for segment in SEGMENTS}


def read_segments(connection: Connection) -> Iterator[ClientSegment]:
    """Each client who ever bought, largest first."""
    for row in stream(connection, "clients_over_time", "segments"):
        yield ClientSegment(**mapping(row))


def read_classes(
    connection: Connection, first_month: date, months_per_period: int, periods: int, build: ClientBuild
) -> Iterator[ClientClass]:
    """The classes of any period under the built edges, largest clients first."""
    found = stream(
        connection, "clients_over_time", "abc_xyz", first_month=first_month, months_per_period=months_per_period, periods=periods,
        abc=list(build.abc), xyz=list(build.xyz),
    )  # fmt: skip
    for row in found:
        yield ClientClass(**mapping(row))


def read_completeness(connection: Connection) -> tuple[Filled, ...]:
    """What is filled in, by circle, source, manager and field."""
    return tuple(Filled(**mapping(row)) for row in rows(connection, "clients_over_time", "completeness"))


def read_incomplete(
    connection: Connection,
    circle: str,
    required: Sequence[str],
    source: str | None = None,
    manager: str | None = None,
) -> Iterator[IncompleteClient]:
    """Clients of a circle who lack something of `required`, largest buyers first. Needs a role that may see people."""
    found = stream(
        connection, "clients_over_time", "incomplete", circle=circle, required=list(required), source=source, manager=manager
    )  # fmt: skip
    for row in found:
        yield IncompleteClient(**{**mapping(row), "missing": tuple(row.missing)})
