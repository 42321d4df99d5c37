"""What the page Health shows, read as the role leadfold_marketing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.dashboard.choices import read_build
from pipeline.warehouse.connection import Role, Row, Warehouse, mapping, rows


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run of a step; source is '' for a step that has none."""

    source: str
    step: str
    started_at: datetime
    finished_at: datetime | None
    state: str
    error: str | None
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Conservation:
    """Where the records of one source are."""

    source: str
    received: int
    clients: int
    rejected: int
    quarantined: int
    erased: int
    pending: int

    @property
    def missing(self) -> int:
        """Records that are in no place: anything but 0 is a fault."""
        return self.received - self.clients - self.rejected - self.quarantined - self.erased - self.pending


@dataclass(frozen=True, slots=True)
class QuarantineGroup:
    """Records of one source that one error keeps in quarantine."""

    source: str
    stage: str
    error: str
    records: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class UnreadLines:
    """Lines of a spend, rate or deal file that could not be read."""

    file: str
    error: str
    lines: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class SourceChange:
    """A source whose records look other than before, and since when."""

    source: str
    detail: str
    noticed_at: datetime


@dataclass(frozen=True, slots=True)
class LastCheck:
    """The last result of one check."""

    suite: str
    name: str
    passed: bool
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class GateState:
    """Whether a door is open, and if not, why."""

    name: str
    is_open: bool
    reason: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ConsumerHealth:
    """How far a consumer of the change feed has come. behind: events that it has not taken, 100,000 at most, None where it never said;
    held: clients whose next event it could not take, parked of them for a person to decide."""

    consumer: str
    kind: str
    seen_at: datetime | None
    behind: int | None
    behind_since: datetime | None
    held: int
    parked: int
    paused_until: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class UnworkedLeads:
    """Leads that nobody works as of the last build: how many, for how many days, and of whom (manager, leads), most first."""

    leads: int
    days: int
    managers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Health:
    """What the page Health shows."""

    timezone: str
    runs: tuple[LastRun, ...]
    sources: tuple[Conservation, ...]
    quarantine: tuple[QuarantineGroup, ...]
    unread_lines: tuple[UnreadLines, ...]
    checks: tuple[LastCheck, ...]
    gates: tuple[GateState, ...]
    changes: tuple[SourceChange, ...] = ()
    consumers: tuple[ConsumerHealth, ...] = ()
    unworked: UnworkedLeads | None = None


def read_health(warehouse: Warehouse) -> Health:
    """Runs, sums of records, quarantine, checks and gates as they are now."""
    with warehouse.transaction(Role.MARKETING) as connection:
        build = read_build(connection)
        found = rows(connection, "dashboard", "source_health")
        return Health(
            timezone=build.timezone if build is not None else "UTC",
            runs=tuple(
                LastRun(row.source, row.step, row.started_at, row.finished_at, row.state, row.error, row.counts)
                for row in found
                if row.started_at is not None
            ),
            sources=_conservation(found),
            quarantine=tuple(QuarantineGroup(**mapping(row)) for row in rows(connection, "dashboard", "quarantine")),
            unread_lines=tuple(
                UnreadLines(**mapping(row)) for row in rows(connection, "dashboard", "spend_quarantine")
            ),
            checks=tuple(LastCheck(**mapping(row)) for row in rows(connection, "dashboard", "checks")),
            gates=tuple(GateState(**mapping(row)) for row in rows(connection, "dashboard", "gates")),
            changes=tuple(SourceChange(**mapping(row)) for row in rows(connection, "dashboard", "source_changes")),
            consumers=tuple(ConsumerHealth(**mapping(row)) for row in rows(connection, "dashboard", "consumers")),
            unworked=_unworked(rows(connection, "dashboard", "unworked")),
        )


def _unworked(found: Sequence[Row[Any]]) -> UnworkedLeads | None:
    if not found:
        return None
    return UnworkedLeads(
        sum(row.leads for row in found), found[0].days, tuple((row.manager, row.leads) for row in found)
    )


def _conservation(found: Iterable[Row[Any]]) -> tuple[Conservation, ...]:
    # The view repeats a source's sums on each of its steps.
    sums = {
        row.source: Conservation(
            row.source, row.received, row.clients, row.rejected, row.quarantined, row.erased, row.pending
        )
        for row in found
        if row.received is not None
    }
    return tuple(sums.values())
