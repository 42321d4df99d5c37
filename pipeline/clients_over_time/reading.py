"""Reads the tables of clients over time, for the command line and for pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, get_args
from uuid import UUID

from pipeline.clients_over_time.months import month_number, month_of
from pipeline.errors import StopError
from pipeline.warehouse.connection import Connection, mapping, rows, stream

Segment = Literal["new", "regular", "restored", "lost"]
SEGMENTS: tuple[Segment, ...] = get_args(Segment)
CIRCLES = ("all", "contacted", "bought", "regular")
Figure = Literal[
    "clients", "new_clients", "regular_clients", "restored_clients", "lost_clients", "became_new", "became_restored",
    "became_lost", "became_regular",
]  # fmt: skip
"""A count of SegmentMonth: who stands in a segment at the end of a month, or who came to it in the month."""
FIGURES: tuple[Figure, ...] = get_args(Figure)
Split = Literal["circle", "source", "manager"]
SPLITS: tuple[Split, ...] = get_args(Split)
ALL_FIELDS = "(all)"
"""The row of a circle that counts the clients who have everything it requires."""


class NothingBuiltError(StopError):
    """The tables of clients over time were never built."""

    def __init__(self) -> None:
        super().__init__("clients over time: nothing is built yet; `leadfold run` builds it")


@dataclass(frozen=True, slots=True)
class Months:
    """Whole periods that classes are told over: the first day of the first month, months per period, how many periods."""

    first: date
    per_period: int
    periods: int

    @property
    def last(self) -> date:
        """The first day of the last month."""
        return month_of(month_number(self.first) + self.per_period * self.periods - 1)


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

    @property
    def months(self) -> Months:
        """The months of the built classes."""
        return Months(self.first_month, self.months_per_period, self.periods)


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
class SegmentClient:
    """A client of one figure of a month, with all that they ever bought; source '' where none is known."""

    client_id: UUID
    first_won_day: date
    last_won_day: date
    deals_won: int
    revenue: Decimal
    source: str
    manager: str


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """Clients of two classes, and what they bought for in the period."""

    abc: str
    xyz: str
    clients: int
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
class FilledPart:
    """Clients of a circle who have a required field (ALL_FIELDS: every one). part: a source or manager, '' where neither was asked for."""

    circle: str
    part: str
    field: str
    clients: int
    filled: int


@dataclass(frozen=True, slots=True)
class IncompleteClient:
    """A client who lacks required fields."""

    client_id: UUID
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


def read_segment_clients(
    connection: Connection, month: SegmentMonth, figure: Figure, most: int | None = None
) -> Iterator[SegmentClient]:
    """The clients of one figure of a month, largest first; as many as the figure says. most: of them, None for all."""
    found = stream(
        connection, "clients_over_time", "segment_clients", month=month.month, until_day=month.until_day, figure=figure, most=most
    )  # fmt: skip
    for row in found:
        yield SegmentClient(**mapping(row))


def read_matrix(connection: Connection, months: Months, build: ClientBuild) -> tuple[MatrixCell, ...]:
    """All nine combinations of classes of these months, under the built edges."""
    if months == build.months:
        found = rows(connection, "clients_over_time", "matrix_built")
    else:
        found = rows(connection, "clients_over_time", "matrix_of", **_bound(months, build))
    return tuple(MatrixCell(**mapping(row)) for row in found)


def read_classes(
    connection: Connection, months: Months, build: ClientBuild, abc: str = "", xyz: str = "", most: int | None = None
) -> Iterator[ClientClass]:
    """Clients with their classes of these months under the built edges, largest first. abc, xyz: only of this class; most: so many."""
    chosen = {"abc_class": abc, "xyz_class": xyz, "most": most}
    if months == build.months:
        found = stream(connection, "clients_over_time", "classes_built", **chosen)
    else:
        found = stream(connection, "clients_over_time", "classes_of", **chosen, **_bound(months, build))
    for row in found:
        yield ClientClass(**mapping(row))


def _bound(months: Months, build: ClientBuild) -> dict[str, Any]:
    return {
        "first_month": months.first, "months_per_period": months.per_period, "periods": months.periods,
        "abc": list(build.abc), "xyz": list(build.xyz),
    }  # fmt: skip


def read_completeness(connection: Connection) -> tuple[Filled, ...]:
    """What is filled in, by circle, source, manager and field."""
    return tuple(Filled(**mapping(row)) for row in rows(connection, "clients_over_time", "completeness"))


def read_filled(connection: Connection, by: Split) -> tuple[FilledPart, ...]:
    """What is filled in, by circle and field, and by source or manager; circles from the widest to the narrowest, `(all)` first."""
    found = [FilledPart(**mapping(row)) for row in rows(connection, "clients_over_time", "filled", by=by)]
    return tuple(sorted(found, key=lambda one: (CIRCLES.index(one.circle), one.part, one.field)))


def read_required(connection: Connection) -> dict[str, tuple[str, ...]]:
    """The fields that each circle had to have filled in when the tables were built; a circle of nobody asks for nothing."""
    found = {row.circle: tuple(row.fields) for row in rows(connection, "clients_over_time", "required")}
    return {circle: found.get(circle, ()) for circle in CIRCLES}


def read_incomplete(
    connection: Connection,
    circle: str,
    required: Sequence[str],
    source: str | None = None,
    manager: str | None = None,
    most: int | None = None,
) -> Iterator[IncompleteClient]:
    """Clients of a circle who lack something of `required`, largest buyers first. most: so many of them, None for all."""
    found = stream(
        connection, "clients_over_time", "incomplete", circle=circle, required=list(required), source=source, manager=manager,
        most=most,
    )  # fmt: skip
    for row in found:
        yield IncompleteClient(**{**mapping(row), "missing": tuple(row.missing)})


def read_names(connection: Connection, client_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What clients are called, where it is known: personal data. Needs a role that may see people."""
    return {
        row.client_id: row.name for row in rows(connection, "clients_over_time", "names", client_ids=list(client_ids))
    }
