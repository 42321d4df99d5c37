"""What the page Costs shows, read as the role leadfold_marketing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from pipeline.dashboard.choices import Filters
from pipeline.warehouse.connection import Role, Row, Warehouse, one, rows

Count = int | Decimal
"""A count; a Decimal where a model shares clients among touches."""


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
