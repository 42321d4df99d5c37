"""Great Expectations suites of the three levels: what landed, what was conformed, what is read.

Shares (`mostly`) are wide on purpose: they are to catch a source that changed its format or a rule gone wild, not one odd
enquiry. Results keep numbers only, never a row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pipeline.attribution.channel import Channel
from pipeline.errors import MissingExtraError
from pipeline.quality.result import CheckResult, keep_results
from pipeline.rejection.stage import RejectionStage
from pipeline.warehouse.sql_file import Connection
from pipeline.warehouse.statements import statement

Level = Literal["landing", "conformed", "mart"]
_EARLIEST = 946_684_800.0
"""2000-01-01 UTC in seconds: older than any lead that a company still works on."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One expectation. asset: a query of sql/queries/quality.sql; build: makes it from GE's module of expectations and now."""

    name: str
    asset: str
    build: Callable[[Any, datetime], Any]


def _until_tomorrow(column: str) -> Callable[[Any, datetime], Any]:
    return lambda gxe, now: gxe.ExpectColumnValuesToBeBetween(
        column=column, min_value=_EARLIEST, max_value=(now + timedelta(days=1)).timestamp()
    )


def _at_least(column: str, least: float, mostly: float = 1.0) -> Callable[[Any, datetime], Any]:
    return lambda gxe, _: gxe.ExpectColumnValuesToBeBetween(column=column, min_value=least, mostly=mostly)


def _at_most(column: str, most: float, mostly: float = 1.0) -> Callable[[Any, datetime], Any]:
    return lambda gxe, _: gxe.ExpectColumnValuesToBeBetween(column=column, max_value=most, mostly=mostly)


def _like(column: str, pattern: str, mostly: float = 1.0) -> Callable[[Any, datetime], Any]:
    return lambda gxe, _: gxe.ExpectColumnValuesToMatchRegex(column=column, regex=pattern, mostly=mostly)


def _unlike(column: str, pattern: str, mostly: float = 1.0) -> Callable[[Any, datetime], Any]:
    return lambda gxe, _: gxe.ExpectColumnValuesToNotMatchRegex(column=column, regex=pattern, mostly=mostly)


def _one_of(column: str, values: list[str]) -> Callable[[Any, datetime], Any]:
    return lambda gxe, _: gxe.ExpectColumnValuesToBeInSet(column=column, value_set=values)


def _present(column: str, mostly: float = 1.0) -> Callable[[Any, datetime], Any]:
    return lambda gxe, _: gxe.ExpectColumnValuesToNotBeNull(column=column, mostly=mostly)


def _ordered(larger: str, smaller: str) -> Callable[[Any, datetime], Any]:
    return lambda gxe, _: gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=larger, column_B=smaller, or_equal=True, ignore_row_if="either_value_is_missing"
    )


def _same_throughout(column: str) -> Callable[[Any, datetime], Any]:
    return lambda gxe, _: gxe.ExpectColumnUniqueValueCountToBeBetween(column=column, min_value=0, max_value=1)


_CHANNELS = [channel.value for channel in Channel]
_STAGES = [stage.value for stage in RejectionStage]
_TWICE_ENCODED = r"[ÐÑ][\u0080-\u00bf]|Ã[\u0080-\u00bf]|Р[°±ІіґµЅѕ]|Рќ|СЃ|вЂ|Å[\u0080-\u00bf]"
"""Letters that UTF-8 text shows when it was read as Latin or Windows Cyrillic."""

SUITES: Mapping[Level, tuple[Expected, ...]] = {
    "landing": (
        Expected("the source of a record is a configured name", "landed", _like("source", r"^[a-z][a-z0-9_-]{1,39}$")),
        Expected("a record has an id of its source", "landed", _at_least("external_id_length", 1)),
        Expected("records were received in our time", "landed", _until_tomorrow("received_at")),
        Expected("sources' clocks are not a day ahead", "landed", _at_most("ahead_seconds", 86_400, 0.98)),
        Expected("bodies are not empty", "landed", _at_least("body_length", 1, 0.9)),
        Expected("a source does not hand out one id for many contents", "landed_sources", _at_most("contents_per_id", 3.0)),
    ),
    "conformed": (
        Expected("leads were received in our time", "leads", _until_tomorrow("received_at")),
        Expected("one conform version made all leads", "leads", _same_throughout("conform_version")),
        Expected("every lead was classified", "leads", _present("state")),
        Expected("stages are of the list", "leads", _one_of("stage", _STAGES)),
        Expected("genuine leads can be reached", "leads", _at_least("genuine_contacts", 1, 0.9)),
        Expected("names hold no telephone numbers", "leads", _unlike("name_full", r"[0-9]{6,}", 0.98)),
        Expected("names hold no addresses", "leads", _unlike("name_full", r"[^ ]@[^ ]", 0.98)),
        Expected("names were decoded rightly", "leads", _unlike("name_full", _TWICE_ENCODED, 0.98)),
        Expected("campaign tags hold no unfilled macros", "leads", _unlike("utm_campaign", r"^[{\[%]", 0.95)),
        Expected("phones are E.164", "phones", _like("e164", r"^\+[1-9][0-9]{6,14}$")),
        Expected("e-mails are canonical", "emails", _like("canonical", r"^[^@[:space:]A-Z]+@[^@[:space:]A-Z]+\.[^@[:space:]A-Z]+$")),
        Expected("most records of a source can be read", "sources", _at_most("quarantined_share", 0.3)),
        Expected("no source is nearly all junk", "sources", _at_most("rejected_share", 0.95)),
    ),
    "mart": (
        Expected("channels are of the list", "costs", _one_of("channel", _CHANNELS)),
        Expected("days are in our time", "costs", _until_tomorrow("day")),
        Expected("one reporting currency", "costs", _same_throughout("currency")),
        Expected("no more leads rejected than came", "costs", _ordered("raw_leads", "rejected_leads")),
        Expected("no more clients qualified than there are", "costs", _ordered("unique_clients", "qualified_clients")),
        Expected("no more clients new than there are", "costs", _ordered("unique_clients", "new_clients")),
        Expected("counts are not negative", "costs", _at_least("least_count", 0)),
        Expected("unallocated spend has no leads", "costs", _at_most("leads_of_unallocated", 0)),
        Expected("tagging works: most leads have a channel", "tagging", _at_most("unattributed_share", 0.9)),
        Expected("clients have their touchpoints in order", "clients", _ordered("last_touch_at", "first_touch_at")),
        Expected("revenue is not negative", "clients", _at_least("revenue", 0, 0.99)),
    ),
}  # fmt: skip


def check(url: str, level: Level, connection: Connection, now: datetime) -> tuple[CheckResult, ...]:
    """Runs a level's suite on the database behind `url`, as committed; keeps the results and settles the gate.

    Raises MissingExtraError where Great Expectations is not installed; nothing for an expectation that is not met, so that
    the caller can commit what was found before it stops.
    """
    results = tuple(_validated(url, level, now))
    keep_results(connection, results, now)
    return results


def _validated(url: str, level: Level, now: datetime) -> list[CheckResult]:
    try:
        import great_expectations as gx
        from great_expectations import expectations as gxe
    except ImportError as error:
        raise MissingExtraError("the quality suites", "quality") from error
    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    context.variables.analytics_enabled = False
    # GE reads `$name` in a URL as a variable of its own configuration.
    source = context.data_sources.add_postgres(
        "warehouse", connection_string=_driver_url(url).replace("$", r"\$"), create_temp_table=False
    )
    try:
        found = [result for asset in _assets(level) for result in _validate(gx, gxe, source, level, asset, now)]
    finally:
        source.get_engine().dispose()
    order = {expected.name: place for place, expected in enumerate(SUITES[level])}
    return sorted(found, key=lambda result: order[result.name])


def _assets(level: Level) -> tuple[str, ...]:
    return tuple(dict.fromkeys(expected.asset for expected in SUITES[level]))


def _validate(gx: Any, gxe: Any, source: Any, level: Level, asset: str, now: datetime) -> list[CheckResult]:
    wanted = [_named(expected.build(gxe, now), expected.name) for expected in SUITES[level] if expected.asset == asset]
    batch = source.add_query_asset(name=asset, query=_query(asset)).add_batch_definition_whole_table("all").get_batch()
    suite = gx.ExpectationSuite(name=asset, expectations=wanted)
    told = batch.validate(suite, result_format={"result_format": "BASIC", "partial_unexpected_count": 0})
    return [_result(level, result) for result in told.results]


def _query(asset: str) -> str:
    # GE wants a query that begins with the word itself, not with what the file says about it.
    return "\n".join(line for line in statement("quality", asset).splitlines() if not line.startswith("--"))


def _driver_url(url: str) -> str:
    return f"postgresql+psycopg://{url.split('://', 1)[1]}"


def _named(expectation: Any, name: str) -> Any:
    expectation.meta = {"name": name}
    return expectation


def _result(level: Level, result: Any) -> CheckResult:
    told = result.result
    numbers = {
        key: told[key]
        for key in ("observed_value", "element_count", "unexpected_count", "unexpected_percent", "missing_count")
        if isinstance(told.get(key), int | float)
    }
    if not result.success and not numbers:
        numbers = {"could_not_run": 1}
    return CheckResult(
        suite=level,
        name=result.expectation_config.meta["name"],
        passed=bool(result.success),
        count=int(told.get("unexpected_count") or 0),
        observed=numbers,
    )
