"""What a report holds: read once, by the same functions as the dashboard, so that the two can never differ.

Everything here comes of the marts: counts, money, codes and names of campaigns; no data of people.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from pipeline.dashboard.choices import Build, Choices, Filters, Model, Period, read_choices
from pipeline.dashboard.cost_figures import Costs, Tally, add, read_costs
from pipeline.dashboard.health_figures import Conservation, Health, read_health
from pipeline.dashboard.junk_figures import Junk, read_junk
from pipeline.errors import ConfigError, StopError
from pipeline.reporting.figures import Hand, Language
from pipeline.warehouse.connection import Warehouse

DAYS_OF_SINGLE_STEPS = 31
"""Up to so many days the trend goes by days, beyond by weeks."""
LATE_AFTER = timedelta(hours=24)
"""A source that was last read so long before the marts were built is late."""


class NoMartsError(StopError):
    """There is nothing to report yet."""

    def __init__(self) -> None:
        super().__init__("report: no mart has been built yet; run `leadfold run`")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asks for. first_day, last_day (both included) None: as far as the marts reach; days: so many up to the last
    one instead of first_day; site None: all, '': leads that name none; currency None: the reporting one, else one as billed; as_of:
    figures as they were reported on this day, None: as they are known now."""

    first_day: date | None = None
    last_day: date | None = None
    days: int | None = None
    site: str | None = None
    model: str = "first_touch"
    currency: str | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Restatement:
    """What has changed of days since they were first reported whole, on `reported`: their sums then and now."""

    first_day: date
    last_day: date
    reported: date
    then: Tally
    now: Tally


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one period. earlier: the sums of as many days just before, None where the marts do not reach so far back or
    the campaigns cannot be compared. currency: of all money in it. restated: of these days and of those before, what has changed
    since they were first reported."""

    company: str
    build: Build
    filters: Filters
    currency: str
    costs: Costs
    earlier: Tally | None
    junk: Junk
    health: Health
    restated: tuple[Restatement, ...] = ()

    @property
    def total(self) -> Tally:
        """The sums over all campaigns."""
        return self.costs.total

    @property
    def trend(self) -> Mapping[date, Tally]:
        """The sums over all channels per day or week, in order."""
        grouped: defaultdict[date, list[Tally]] = defaultdict(list)
        for row in self.costs.periods:
            grouped[row.period].append(row.tally)
        return {period: add(grouped[period]) for period in sorted(grouped)}

    @property
    def unallocated(self) -> Decimal:
        """Spend of campaigns that no lead of the period names."""
        return sum((row.tally.spend for row in self.costs.campaigns if not row.tally.raw_leads), start=Decimal(0))

    @property
    def late_sources(self) -> tuple[str, ...]:
        """Sources whose last reading failed, or was long before the marts were built."""
        return tuple(
            sorted(
                run.source
                for run in self.health.runs
                if run.step == "ingest" and (run.state == "failed" or self.build.built_at - run.started_at > LATE_AFTER)
            )
        )

    @property
    def sources(self) -> tuple[tuple[Conservation, datetime | None], ...]:
        """Where the records of each source are, and when it was last read."""
        read = {run.source: run.started_at for run in self.health.runs if run.step == "ingest"}
        return tuple((source, read.get(source.source)) for source in self.health.sources)


def hand_of(report: Report, language: Language) -> Hand:
    """How the figures of this report are written and called."""
    return Hand(language, report.currency, report.build.timezone, report.build.unit == "company")


def read_report(warehouse: Warehouse, company: str, wanted: Wanted) -> Report:
    """The report that was asked for. Raises NoMartsError, ConfigError for what the marts cannot offer."""
    choices = read_choices(warehouse)
    if choices is None:
        raise NoMartsError
    filters = _filters(wanted, choices)
    costs = read_costs(warehouse, filters)
    earlier = _earlier(warehouse, filters, choices, costs)
    return Report(
        company=company,
        build=choices.build,
        filters=filters,
        currency=filters.currency or choices.build.currency,
        costs=costs,
        earlier=earlier,
        junk=read_junk(warehouse, filters),
        health=read_health(warehouse),
        restated=_restated(warehouse, choices, ((filters, costs.total), (_before(filters), earlier))),
    )


def _filters(wanted: Wanted, choices: Choices) -> Filters:
    model: Model | None = next((model for model in choices.models if model == wanted.model), None)
    if model is None:
        raise _not_offered("model", wanted.model, choices.models)
    if wanted.site is not None and wanted.site not in choices.sites:
        raise _not_offered("site", wanted.site, choices.sites)
    currency = None if wanted.currency is None else wanted.currency.upper()
    if currency is not None and currency not in {choices.build.currency, *choices.currencies}:
        raise _not_offered("currency", currency, (choices.build.currency, *choices.currencies))
    first_day, last_day = _days(wanted, choices)
    period: Period = "day" if (last_day - first_day).days < DAYS_OF_SINGLE_STEPS else "week"
    # The reporting currency holds all spend; the same code as billed would leave out campaigns of others.
    as_billed = None if currency == choices.build.currency else currency
    as_of = _as_of(wanted, choices, as_billed)
    return Filters(first_day, last_day, site=wanted.site, model=model, currency=as_billed, period=period, as_of=as_of)


def _as_of(wanted: Wanted, choices: Choices, as_billed: str | None) -> date | None:
    if wanted.as_of is None:
        return None
    if as_billed is not None:
        raise ConfigError("--as-of", "it stands beside --currency", "what was billed is kept as it is known now only")
    oldest = min(choices.reported_days, default=None)
    if oldest is None or wanted.as_of < oldest:
        first = f"the first report is of {oldest}" if oldest is not None else "nothing was reported yet"
        raise ConfigError(
            "--as-of", f"nothing was reported by {wanted.as_of}", f"{first}; name that day or a later one"
        )
    return wanted.as_of


def _days(wanted: Wanted, choices: Choices) -> tuple[date, date]:
    if wanted.first_day is not None and wanted.days is not None:
        raise ConfigError("--days", "it stands beside --from", "give one of the two")
    last_day = wanted.last_day or choices.last_day
    first_day = wanted.first_day or choices.first_day
    if wanted.days is not None:
        first_day = last_day - timedelta(days=wanted.days - 1)
    elif wanted.first_day is None:
        first_day = min(first_day, last_day)
    if first_day > last_day:
        raise ConfigError("--from", f"{first_day} is after {last_day}", "name a day up to the last one")
    return first_day, last_day


def _not_offered(option: str, value: str, offered: tuple[str, ...]) -> ConfigError:
    return ConfigError(
        f"--{option}",
        f"`{value}` is not in the marts",
        f"choose one of {', '.join(dict.fromkeys(filter(None, offered)))}",
    )


def _earlier(warehouse: Warehouse, filters: Filters, choices: Choices, costs: Costs) -> Tally | None:
    before = _before(filters)
    if before.first_day < choices.first_day:
        return None
    earlier = read_costs(warehouse, before)
    # As billed, a campaign that is left out on one side only would look like a change.
    return None if earlier.mixed_campaigns or costs.mixed_campaigns else earlier.total


def _before(filters: Filters) -> Filters:
    """The same over as many days just before."""
    length = filters.last_day - filters.first_day + timedelta(days=1)
    return replace(filters, first_day=filters.first_day - length, last_day=filters.first_day - timedelta(days=1))


def _restated(
    warehouse: Warehouse, choices: Choices, periods: tuple[tuple[Filters, Tally | None], ...]
) -> tuple[Restatement, ...]:
    found = []
    for filters, now in periods:
        reported = min((day for day in choices.reported_days if day > filters.last_day), default=None)
        # As billed there is no history, and an older report is no present to hold it against; days that the first build found whole were never reported otherwise.
        if now is None or reported is None or filters.currency is not None or filters.as_of is not None:
            continue
        then = read_costs(warehouse, replace(filters, as_of=reported)).total
        if then != now:
            found.append(Restatement(filters.first_day, filters.last_day, reported, then, now))
    return tuple(found)
