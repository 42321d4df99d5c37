"""Exchange rates from a file: date, currency, units of it for one unit of the reporting currency."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.attribution.amount import currency_of, decimal_mark, read_amount
from pipeline.attribution.column import RATE_COLUMNS, match_columns
from pipeline.attribution.day import Order, day_order, read_day
from pipeline.attribution.export_file import Export, ExportRow, line_of, open_export
from pipeline.attribution.problems import Problem, ProblemBook, files_of, forget_problems, shown_name
from pipeline.errors import InputFileError, RecordError
from pipeline.settings import Settings
from pipeline.warehouse.connection import copy_rows, run
from pipeline.warehouse.sql_file import Connection

_BATCH = 5000
_SINGLE_MARK = re.compile(r"\d{1,11}[.,]\d{1,12}", re.ASCII)
_COLUMNS = ("day", "currency", "per_base")


def load_rates(connection: Connection, settings: Settings, now: datetime) -> dict[str, int]:
    """Reads `files.rates` into core.fx_rate. Counts: rates (new or changed), rates_refused. Reading it again changes nothing."""
    counts = {"rates": 0, "rates_refused": 0}
    if not settings.files.rates:
        return counts
    paths = files_of(settings.base, settings.files.rates)
    forget_problems(connection, [settings.files.rates, *(shown_name(settings.base, path) for path in paths)])
    run(connection, "spend", "create_loaded_rate")
    today = now.astimezone(ZoneInfo(settings.company.timezone)).date()
    for path in paths:
        counts["rates_refused"] += _load_file(connection, path, shown_name(settings.base, path), today, now)
    counts["rates"] = run(connection, "spend", "merge_rates", base=settings.company.reporting_currency)
    return counts


def _load_file(connection: Connection, path: Path, shown: str, today: date, now: datetime) -> int:
    problems = ProblemBook(connection, shown, now)
    try:
        export = open_export(
            path, partial(match_columns, known=RATE_COLUMNS, given={}), (("day",), ("currency",), ("rate",)), shown
        )
        order, mark = day_order(export.column("day")), decimal_mark(export.column("rate"))
        found = _rates(export, order, mark, today, problems)
        while batch := list(islice(found, _BATCH)):
            copy_rows(connection, "loaded_rate", _COLUMNS, batch)
            problems.write()
    except InputFileError as error:
        problems.add(Problem(0, "", str(error)))
    problems.write()
    return problems.count


def _rates(export: Export, order: Order, mark: str, today: date, problems: ProblemBook) -> Iterator[tuple[Any, ...]]:
    for row in export.rows():
        try:
            yield _rate(row, order, mark, today)
        except RecordError as error:
            problems.add(Problem(row.number, line_of(row), str(error)))


def _rate(row: ExportRow, order: Order, mark: str, today: date) -> tuple[Any, ...]:
    day = read_day(row.cells["day"], order, "day", today)
    currency = currency_of(row.cells["currency"])
    if not currency:
        raise RecordError("currency", "is not a currency", "three-letter ISO 4217 codes such as PLN")
    rate = _units(row.cells["rate"].strip(), mark)
    if rate <= 0:
        raise RecordError("rate", "is not above nought", "units of the currency for one unit of the reporting currency")
    return (day, currency, rate)


def _units(text: str, mark: str) -> Decimal:
    # Rates are written with any number of decimals and hardly ever with thousands: a single mark is the decimal one.
    if _SINGLE_MARK.fullmatch(text):
        return Decimal(text.replace(",", "."))
    return read_amount(text, mark, "rate").value
