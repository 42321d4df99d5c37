"""What the pages read from the marts, as the role leadfold_marketing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pipeline.warehouse.connection import Connection, Role, Row, Warehouse, mapping, one, rows

Model = Literal["first_touch", "last_touch", "last_non_direct", "linear", "time_decay", "position_based", "data_driven"]
Count = int | Decimal
"""A count; a Decimal where a model shares clients among touches."""
Period = Literal["day", "week"]


@dataclass(frozen=True, slots=True)
class Build:
    """When the marts were built, in which time zone their days are and in which currency they report."""

    built_at: datetime
    timezone: str
    currency: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters can offer: the days there are (both included), sites, currencies that were billed, attribution models."""

    build: Build
    first_day: date
    last_day: date
    sites: tuple[str, ...]
    currencies: tuple[str, ...]
    models: tuple[Model, ...] = ("first_touch", "last_non_direct")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader chose. site None: all; currency None: the reporting one, else one as billed."""

    first_day: date
    last_day: date
    site: str | None = None
    model: Model = "first_touch"
    currency: str | None = None
    period: Period = "day"


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums of some rows of mart.cost_per_channel_campaign_day; money in the currency of the filters.

    revenue is None where it cannot be told in that currency. The costs are None where there is nothing to divide.
    """

    spend: Decimal = Decimal(0)
    raw_leads: int = 0
    rejected_leads: int = 0
    unique_clients: Count = 0
    qualified_clients: Count = 0
    new_clients: Count = 0
    returning_clients: int = 0
    deals_won: Count = 0
    revenue: Decimal | None = Decimal(0)

    @property
    def cpl_raw(self) -> Decimal | None:
        """Spend per raw lead."""
        return _per(self.spend, self.raw_leads)

    @property
    def cpl_unique(self) -> Decimal | None:
        """Spend per unique client."""
        return _per(self.spend, self.unique_clients)

    @property
    def cpql(self) -> Decimal | None:
        """Spend per qualified client."""
        return _per(self.spend, self.qualified_clients)

    @property
    def cost_per_new_client(self) -> Decimal | None:
        """Spend per new client."""
        return _per(self.spend, self.new_clients)


@dataclass(frozen=True, slots=True)
class CampaignCost:
    """One campaign of one channel over the days chosen."""

    channel: str
    campaign: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class PeriodCost:
    """One channel in the day or week that begins at `period`."""

    period: date
    channel: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Costs:
    """What the page Costs shows.

    mixed_campaigns: campaigns left out because they were billed in several currencies (0 in the reporting currency).
    unconverted: spend that has no exchange rate and is therefore in none of the sums, by its own currency.
    """

    campaigns: tuple[CampaignCost, ...]
    periods: tuple[PeriodCost, ...]
    mixed_campaigns: int
    unconverted: Mapping[str, Decimal]

    @property
    def total(self) -> Tally:
        """The sums over all campaigns."""
        return add(row.tally for row in self.campaigns)

    @property
    def channels(self) -> Mapping[str, Tally]:
        """The sums per channel, largest spend first."""
        grouped: defaultdict[str, list[Tally]] = defaultdict(list)
        for row in self.campaigns:
            grouped[row.channel].append(row.tally)
        sums = {channel: add(tallies) for channel, tallies in grouped.items()}
        return dict(sorted(sums.items(), key=lambda pair: (-pair[1].spend, -pair[1].raw_leads, pair[0])))


@dataclass(frozen=True, slots=True)
class ChannelJunk:
    """Leads of one channel: all of them, and of these the doubted, the rejected and the not yet judged ones."""

    channel: str
    leads: int
    proposed: int
    rejected: int
    pending: int

    @property
    def genuine(self) -> int:
        """Leads that no rule and no person objected to."""
        return self.leads - self.proposed - self.rejected - self.pending


@dataclass(frozen=True, slots=True)
class StageJunk:
    """Leads of one channel that one rule of one stage doubted (proposed) or rejected."""

    channel: str
    stage: str
    state: str
    rule: str
    leads: int


@dataclass(frozen=True, slots=True)
class Junk:
    """What the page Junk shows."""

    channels: tuple[ChannelJunk, ...]
    stages: tuple[StageJunk, ...]


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


def add(tallies: Iterable[Tally]) -> Tally:
    """The sum of some tallies; its revenue is None where one of them cannot tell its own."""
    listed = list(tallies)
    sums: dict[str, Any] = {
        field.name: sum((getattr(tally, field.name) for tally in listed), start=getattr(Tally(), field.name))
        for field in fields(Tally)
        if field.name != "revenue"
    }
    known = [tally.revenue for tally in listed if tally.revenue is not None]
    return Tally(**sums, revenue=sum(known, start=Decimal(0)) if len(known) == len(listed) else None)


def read_choices(warehouse: Warehouse) -> Choices | None:
    """What can be chosen; None while no mart has been built or none has a row."""
    with warehouse.transaction(Role.MARKETING) as connection:
        build = _build(connection)
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
        )


def read_costs(warehouse: Warehouse, filters: Filters) -> Costs:
    """Costs per campaign, and per period and channel."""
    shared = {"first_day": filters.first_day, "last_day": filters.last_day, "site": filters.site}
    chosen = shared | {"model": filters.model, "period": filters.period}
    with warehouse.transaction(Role.MARKETING) as connection:
        if filters.currency is None:
            found = rows(connection, "dashboard", "costs", **chosen)
            mixed = 0
        else:
            found = rows(connection, "dashboard", "costs_as_billed", **chosen, currency=filters.currency)
            mixed = int(one(connection, "dashboard", "mixed_campaigns", **shared, currency=filters.currency))
        unconverted = rows(connection, "dashboard", "unconverted", **shared)
    return Costs(
        campaigns=tuple(CampaignCost(row.channel, row.campaign, _tally(row)) for row in found if row.period is None),
        periods=tuple(PeriodCost(row.period, row.channel, _tally(row)) for row in found if row.period is not None),
        mixed_campaigns=mixed,
        unconverted={row.currency: row.amount for row in unconverted},
    )


def read_junk(warehouse: Warehouse, filters: Filters) -> Junk:
    """Leads per channel with the share that is junk, and the stages and rules that said so."""
    chosen = {"first_day": filters.first_day, "last_day": filters.last_day, "site": filters.site}
    with warehouse.transaction(Role.MARKETING) as connection:
        return Junk(
            channels=tuple(
                ChannelJunk(**mapping(row)) for row in rows(connection, "dashboard", "junk_by_channel", **chosen)
            ),
            stages=tuple(
                StageJunk(row.channel, row.stage, row.state, row.rule, int(row.leads))
                for row in rows(connection, "dashboard", "junk_by_stage", **chosen)
            ),
        )


def read_health(warehouse: Warehouse) -> Health:
    """Runs, sums of records, quarantine, checks and gates as they are now."""
    with warehouse.transaction(Role.MARKETING) as connection:
        build = _build(connection)
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
        )


def _build(connection: Connection) -> Build | None:
    found = rows(connection, "dashboard", "build")
    return Build(**mapping(found[0])) if found else None


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


def _tally(row: Row[Any]) -> Tally:
    return Tally(
        spend=Decimal(row.spend),
        raw_leads=int(row.raw_leads),
        rejected_leads=int(row.rejected_leads),
        unique_clients=_count(row.unique_clients),
        qualified_clients=_count(row.qualified_clients),
        new_clients=_count(row.new_clients),
        returning_clients=int(row.returning_clients),
        deals_won=_count(row.deals_won),
        revenue=row.revenue,
    )


def _count(value: Decimal) -> Count:
    return int(value) if value == int(value) else Decimal(value)


def _per(spend: Decimal, count: Count) -> Decimal | None:
    return spend / count if spend and count else None
