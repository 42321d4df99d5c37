"""The lines that a figure of the page Costs is made of, read as the role leadfold_marketing."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from pipeline.attribution.channel import Channel
from pipeline.dashboard.choices import Filters
from pipeline.warehouse.connection import Role, Warehouse, mapping, one, rows

T = TypeVar("T")
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


def read_leads_behind(warehouse: Warehouse, filters: Filters, behind: Behind, most: int | None) -> Lines[LeadBehind]:
    """The leads that a count of raw leads, or of junk among them, is made of, the newest first; most None: all of them."""
    asked = filters.place | behind.place | {"only_rejected": behind.kind == "junk"}
    with warehouse.transaction(Role.MARKETING) as connection:
        found = rows(connection, "dashboard", "leads_behind", **asked, most=most)
        count = int(one(connection, "dashboard", "count_leads_behind", **asked))
    return Lines(tuple(LeadBehind(**mapping(row)) for row in found), count, Decimal(count))


MANY_CLIENTS = 20_000
"""From so many on, the first of them are looked for among all clients, newest first, and not by sorting all that a figure holds."""


def read_clients_behind(
    warehouse: Warehouse, filters: Filters, behind: Behind, most: int | None
) -> Lines[ClientBehind]:
    """The clients that a count of clients, or revenue, is made of; for revenue also deals that no lead brought, where their
    place is asked for."""
    asked = filters.place | behind.place | {"model": filters.model}
    is_money = behind.kind == "revenue"
    names = ClientBehind.__dataclass_fields__
    with warehouse.transaction(Role.MARKETING) as connection:
        if behind.kind == "unique":
            sums = rows(connection, "dashboard", "sums_behind_unique", **asked)
            few = most is None or sums[0].clients <= MANY_CLIENTS
            found = rows(
                connection, "dashboard", "clients_behind" if few else "newest_clients_behind", **asked, most=most
            )
        else:
            found = rows(connection, "dashboard", "chosen_clients_behind", **asked, kind=behind.kind, most=most)
            sums = found[:1]
        strays = (
            rows(connection, "dashboard", "stray_deals", first_day=filters.first_day, last_day=filters.last_day)
            if is_money and _holds_strays(filters, behind)
            else ()
        )
    figure = Decimal((sums[0].money if is_money else sums[0].shares) if sums else 0)
    return Lines(
        tuple(ClientBehind(**{name: getattr(row, name) for name in names}) for row in found),
        int(sums[0].clients) if sums else 0,
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
