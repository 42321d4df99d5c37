"""What the pages read from the marts, as the role leadfold_marketing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from pipeline.attribution.channel import PAID, Channel
from pipeline.rejection.stage import STAGES
from pipeline.warehouse.connection import Connection, Role, Row, Warehouse, mapping, one, rows

T = TypeVar("T")

Model = Literal["first_touch", "last_touch", "last_non_direct", "linear", "time_decay", "position_based", "data_driven"]
Count = int | Decimal
"""A count; a Decimal where a model shares clients among touches."""
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
class CampaignJunk:
    """Leads of one campaign that are of one stage and state; received: all leads of the campaign."""

    channel: str
    campaign: str
    stage: str
    state: str
    leads: int
    received: int


@dataclass(frozen=True, slots=True)
class JunkLead:
    """A lead doubted or rejected; rule: what found it."""

    lead_id: UUID
    occurred_at: datetime
    source: str
    source_kind: str
    site: str
    channel: str
    campaign: str
    state: str
    stage: str
    rule: str
    by_person: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A rejected lead to claim back from who sold it; no data of people. click_ids: parameter to value."""

    lead_id: UUID
    occurred_at: datetime
    source: str
    site: str
    channel: str
    campaign: str
    campaign_id: str
    platform: str
    stage: str
    rule: str
    by_person: bool
    click_ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Junk:
    """What the page Junk shows."""

    channels: tuple[ChannelJunk, ...]
    stages: tuple[StageJunk, ...]
    campaigns: tuple[CampaignJunk, ...] = ()


Kind = Literal["spend", "raw", "junk", "unique", "qualified", "new", "revenue"]
"""A figure of the page Costs that can be opened down to what it is made of."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Which figure is opened: its kind, and where. channel None: all; campaigns None: all of the channel."""

    kind: Kind
    channel: str | None = None
    campaigns: tuple[str, ...] | None = None

    @property
    def place(self) -> dict[str, Any]:
        """Channel and campaigns, as the queries take them."""
        return {"channel": self.channel, "campaigns": None if self.campaigns is None else list(self.campaigns)}


@dataclass(frozen=True, slots=True)
class LeadBehind:
    """A lead that a count of leads is made of."""

    lead_id: UUID
    client_id: UUID | None
    occurred_at: datetime
    source: str
    source_kind: str
    site: str
    channel: str
    campaign: str
    state: str
    stage: str | None


@dataclass(frozen=True, slots=True)
class ClientBehind:
    """A client that a count of clients, or revenue, is made of. share: how much of it this place has; revenue_here: the same
    share of its revenue."""

    client_id: UUID
    share: Decimal
    lead_count: int
    first_touch_at: datetime
    first_touch_channel: str
    last_touch_at: datetime
    is_qualified: bool
    is_new: bool
    is_returning: bool
    first_won_day: date | None
    deals_won: int
    revenue: Decimal
    revenue_here: Decimal


@dataclass(frozen=True, slots=True)
class StrayDeal:
    """A won deal of somebody whom no lead brought before."""

    deal_id: str
    last_at: datetime
    client_id: UUID | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class SpendBehind:
    """A day of spend of one campaign in one currency."""

    day: date
    site: str
    channel: str
    campaign: str
    currency: str
    spend_original: Decimal
    spend_reporting: Decimal
    unconverted: Decimal
    clicks: int | None
    impressions: int | None


@dataclass(frozen=True, slots=True)
class Lines(Generic[T]):
    """Some lines of what a figure is made of, and what all of them are: how many, and the figure that they add up to."""

    shown: tuple[T, ...]
    count: int
    figure: Decimal
    strays: tuple[StrayDeal, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """What a lead or client says of a person; for viewers who may see it."""

    name: str
    company: str
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    text: str = ""
    evidence: str = ""


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
            reported_days=tuple(row.day for row in rows(connection, "dashboard", "reported_days")),
        )


def read_costs(warehouse: Warehouse, filters: Filters) -> Costs:
    """Costs per campaign, and per period and channel."""
    shared = filters.place
    chosen = shared | {"model": filters.model, "period": filters.period}
    with warehouse.transaction(Role.MARKETING) as connection:
        mixed = 0
        if filters.as_of is not None:
            found = rows(connection, "dashboard", "costs_as_reported", **chosen, as_of=filters.as_of)
        elif filters.currency is None:
            found = rows(connection, "dashboard", "costs", **chosen)
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
    """Leads per channel and campaign with the share that is junk, and the stages and rules that said so."""
    with warehouse.transaction(Role.MARKETING) as connection:
        verdicts = rows(connection, "dashboard", "verdicts", **filters.place)
        stages = rows(connection, "dashboard", "junk_by_stage", **filters.place)
    received: Counter[tuple[str, str]] = Counter()
    by_state: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in verdicts:
        received[row.channel, row.campaign] += row.leads
        by_state[row.channel][row.state] += row.leads
    return Junk(
        channels=tuple(
            ChannelJunk(channel, states.total(), states["proposed"], states["rejected"], states["pending"])
            for channel, states in sorted(by_state.items())
        ),
        stages=tuple(StageJunk(row.channel, row.stage, row.state, row.rule, int(row.leads)) for row in stages),
        campaigns=tuple(
            CampaignJunk(
                row.channel, row.campaign, row.stage, row.state, row.leads, received[row.channel, row.campaign]
            )
            for row in verdicts
            if row.state in {"proposed", "rejected"}
        ),
    )


def read_junk_leads(
    warehouse: Warehouse, filters: Filters, stage: str | None, channel: str | None, most: int
) -> tuple[JunkLead, ...]:
    """The newest junk leads of a stage and channel (None: of all)."""
    with warehouse.transaction(Role.MARKETING) as connection:
        found = rows(connection, "dashboard", "junk_leads", **filters.place, stage=stage, channel=channel, most=most)
    return tuple(JunkLead(**mapping(row)) for row in found)


OF_SELLERS = (Channel.MARKETPLACE, Channel.AFFILIATE)
"""Channels that sell leads by the piece: they refund more stages than an ad network does."""


BY_NETWORKS = frozenset(str(info.stage) for info in STAGES if info.refund == "network")
BY_SELLERS = frozenset(str(info.stage) for info in STAGES if info.refund)
"""Stages that somebody gives money back for; who sells leads by the piece does for those of networks too."""


def is_refundable(channel: str, stage: str) -> bool:
    """Whether somebody gives money back for a rejected lead of this channel and stage."""
    return (channel in PAID and stage in BY_NETWORKS) or (channel in OF_SELLERS and stage in BY_SELLERS)


def read_claims(warehouse: Warehouse, filters: Filters, most: int | None = None) -> tuple[Claim, ...]:
    """Rejected leads that are refundable, the newest first; most None: all of them."""
    with warehouse.transaction(Role.MARKETING) as connection:
        found = rows(
            connection, "dashboard", "claims", **filters.place, of_networks=[str(channel) for channel in sorted(PAID)],
            by_networks=sorted(BY_NETWORKS), of_sellers=[str(channel) for channel in OF_SELLERS], by_sellers=sorted(BY_SELLERS),
            most=most,
        )  # fmt: skip
    return tuple(Claim(**mapping(row)) for row in found)


def read_leads_behind(warehouse: Warehouse, filters: Filters, behind: Behind, most: int | None) -> Lines[LeadBehind]:
    """The leads that a count of raw leads, or of junk among them, is made of, the newest first; most None: all of them."""
    asked = filters.place | behind.place | {"only_rejected": behind.kind == "junk"}
    with warehouse.transaction(Role.MARKETING) as connection:
        found = rows(connection, "dashboard", "leads_behind", **asked, most=most)
        count = int(one(connection, "dashboard", "count_leads_behind", **asked))
    return Lines(tuple(LeadBehind(**mapping(row)) for row in found), count, Decimal(count))


def read_clients_behind(
    warehouse: Warehouse, filters: Filters, behind: Behind, most: int | None
) -> Lines[ClientBehind]:
    """The clients that a count of clients, or revenue, is made of; for revenue also deals that no lead brought, where their
    place is asked for."""
    asked = filters.place | behind.place | {"model": filters.model, "kind": behind.kind}
    is_money = behind.kind == "revenue"
    with warehouse.transaction(Role.MARKETING) as connection:
        found = rows(connection, "dashboard", "clients_behind", **asked, most=most)
        strays = (
            rows(connection, "dashboard", "stray_deals", first_day=filters.first_day, last_day=filters.last_day)
            if is_money and _holds_strays(filters, behind)
            else ()
        )
    sums = found[0] if found else None
    figure = Decimal(0) if sums is None else Decimal(sums.money if is_money else sums.shares)
    names = ClientBehind.__dataclass_fields__
    return Lines(
        tuple(ClientBehind(**{name: getattr(row, name) for name in names}) for row in found),
        sums.clients if sums is not None else 0,
        figure + sum((deal.amount or Decimal(0) for deal in strays), start=Decimal(0)),
        tuple(StrayDeal(**mapping(deal)) for deal in strays),
    )


def _holds_strays(filters: Filters, behind: Behind) -> bool:
    """Deals that no lead brought stand at unattributed leads of no site and no campaign."""
    return (
        filters.site in {None, ""}
        and behind.channel in {None, str(Channel.UNATTRIBUTED)}
        and (behind.campaigns is None or "" in behind.campaigns)
    )


def read_spend_behind(warehouse: Warehouse, filters: Filters, behind: Behind) -> Lines[SpendBehind]:
    """The days of spend that a sum of spend is made of, in the currency of the filters."""
    with warehouse.transaction(Role.MARKETING) as connection:
        found = rows(
            connection, "dashboard", "spend_behind", **filters.place, **behind.place, currency=filters.currency
        )
    lines = tuple(SpendBehind(**mapping(row)) for row in found)
    amounts = (line.spend_reporting if filters.currency is None else line.spend_original for line in lines)
    return Lines(lines, len(lines), sum(amounts, start=Decimal(0)))


def read_people_of_leads(warehouse: Warehouse, lead_ids: Sequence[UUID]) -> Mapping[UUID, Person]:
    """What leads say of people. Only for viewers who may see people."""
    with warehouse.transaction(Role.RESOLVER) as connection:
        found = rows(connection, "dashboard", "people_of_leads", lead_ids=list(lead_ids))
    return {
        row.lead_id: Person(
            row.name_full,
            row.company_name,
            tuple(row.phones),
            tuple(row.emails),
            row.message or row.subject,
            row.evidence,
        )
        for row in found
    }


def read_people_of_clients(warehouse: Warehouse, client_ids: Sequence[UUID]) -> Mapping[UUID, Person]:
    """What clients are called. Only for viewers who may see people."""
    with warehouse.transaction(Role.RESOLVER) as connection:
        found = rows(connection, "dashboard", "people_of_clients", client_ids=list(client_ids))
    return {row.client_id: Person(row.name, row.company, tuple(row.phones), tuple(row.emails)) for row in found}


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
