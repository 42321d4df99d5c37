"""Ad spend from files and ad accounts: one row per day and campaign, in its own currency and in the reporting one.

What can go wrong, and what happens: a row that cannot be read goes to ops.spend_quarantine with its line and the rest goes
on; a file or an account that cannot be read is one line there, numbered 0; spend without an exchange rate stays in its own
currency and is reported. What is read again and says the same changes nothing; a restated row replaces the old one, a row
that is gone from days that were read again is nought, and core.spend_history keeps who said what, when.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.attribution.ad_pull import PLATFORMS, READERS, Pulled
from pipeline.attribution.amount import currency_of, decimal_mark, read_amount, read_count
from pipeline.attribution.channel import Channel, declared_channel
from pipeline.attribution.column import SPEND_COLUMNS, match_columns
from pipeline.attribution.day import Order, day_order, read_day
from pipeline.attribution.export_file import Export, ExportRow, line_of, open_export, starts_as_total
from pipeline.attribution.platform import platform_channel, platform_code
from pipeline.attribution.problems import Problem, ProblemBook, files_of, forget_problems, shown_name
from pipeline.attribution.rates import load_rates
from pipeline.errors import ConfigError, InputFileError, RecordError
from pipeline.settings import Settings, SpendSettings
from pipeline.warehouse.connection import copy_rows, one, rows, run
from pipeline.warehouse.sql_file import Connection

_BATCH = 5000
_REQUIRED = (("day",), ("spend", "spend_micros"))
_COLUMNS = (
    "file_number", "row_number", "name", "day", "platform", "account", "campaign_id", "campaign_name", "site", "channel",
    "spend_original", "currency", "vat_included", "vat_rate", "said_by", "clicks", "impressions",
)  # fmt: skip
_WINDOW_COLUMNS = ("name", "said_by", "is_whole", "first_day", "last_day")
_TOTAL_FAULTS = frozenset({"day", "row"})
"""Where a total is no row: it names no day, or stands under other columns."""
_MICROS = Decimal(1_000_000)
_MAX_TEXT = 500


@dataclass(frozen=True, slots=True)
class _Entry:
    """One [[spend]] of the configuration, checked."""

    settings: SpendSettings
    platform: str
    channel: Channel


@dataclass(frozen=True, slots=True)
class _Reading:
    """How one file or account writes its values. said_by: how it is called in the history."""

    entry: _Entry
    order: Order
    mark: str
    header_currency: str
    today: date
    said_by: str


@dataclass(slots=True)
class _Read:
    """What a file or account came to: the days that it told of, sums that were left out."""

    days: set[date] = field(default_factory=set)
    totals: int = 0


@dataclass(slots=True)
class _Load:
    """What is collected while files and accounts are read. windows: days that were read whole, and so replace what was known."""

    connection: Connection
    today: date
    now: datetime
    books: list[ProblemBook] = field(default_factory=list)
    windows: list[tuple[Any, ...]] = field(default_factory=list)
    read: int = 0
    totals: int = 0

    def book(self, shown: str) -> ProblemBook:
        self.books.append(ProblemBook(self.connection, shown, self.now))
        return self.books[-1]


def load_spend(
    connection: Connection, settings: Settings, now: datetime, pulled: Sequence[Pulled] = ()
) -> dict[str, int]:
    """Reads the rates file, every [[spend]] file and what was pulled of ad accounts into core.fx_rate and core.spend.

    Counts: rates, rates_refused, spend_files and spend_files_refused (accounts among them), spend_new, spend_changed (restated
    amounts among them), spend_withdrawn (rows that are gone from days read again), spend_dropped (rows of entries that the
    configuration no longer has), spend_refused, spend_totals (sums in the files, left out), spend_without_rate.
    Raises ConfigError where an entry names an unknown channel or column.
    """
    counts = load_rates(connection, settings, now)
    base = settings.company.reporting_currency
    today = now.astimezone(ZoneInfo(settings.company.timezone)).date()
    entries = [_entry(index, entry) for index, entry in enumerate(settings.spend)]
    run(connection, "spend", "create_loaded_spend")
    run(connection, "spend", "create_read_window")
    load = _Load(connection, today, now)
    told = {each.name: each for each in pulled}
    for entry in entries:
        if not entry.settings.enabled:
            continue
        if entry.settings.vendor not in READERS:
            _load_files(load, settings, entry)
        elif entry.settings.name in told:
            _load_account(load, entry, told[entry.settings.name])
    refused = sum(book.count for book in load.books)
    for book in load.books:
        book.write()
    copy_rows(connection, "read_window", _WINDOW_COLUMNS, load.windows)
    merged = _merge(connection, [entry.settings.name for entry in entries], base, now)
    unrated = _report_unrated(connection, load.books, base)
    return counts | merged | {
        "spend_files": load.read,
        "spend_files_refused": len(load.books) - load.read,
        "spend_refused": refused - (len(load.books) - load.read),
        "spend_totals": load.totals,
        "spend_without_rate": unrated,
    }  # fmt: skip


def _entry(index: int, entry: SpendSettings) -> _Entry:
    unknown = sorted(set(entry.columns) - set(SPEND_COLUMNS))
    if unknown:
        raise ConfigError(f"spend[{index}].columns.{unknown[0]}", "unknown key", f"use {', '.join(SPEND_COLUMNS)}")
    platform = platform_code(entry.platform or PLATFORMS.get(entry.vendor, ""))
    channel = declared_channel(f"spend[{index}].channel", entry.channel) or platform_channel(platform)
    return _Entry(entry, platform, channel or Channel.UNALLOCATED)


def _merge(connection: Connection, names: Sequence[str], base: str, now: datetime) -> dict[str, int]:
    run(connection, "spend", "create_merged_spend")
    run(connection, "spend", "rename_campaigns")
    written = rows(connection, "spend", "merge_spend", base=base, now=now)[0]
    run(connection, "spend", "name_speakers")
    withdrawn = run(connection, "spend", "withdraw_vanished", now=now)
    dropped = run(connection, "spend", "drop_removed", names=names, now=now)
    run(connection, "spend", "forget_windows", names=names)
    run(connection, "spend", "label_campaigns")
    run(connection, "spend", "convert_spend", base=base)
    return {
        "spend_new": written.new,
        "spend_changed": written.changed,
        "spend_withdrawn": withdrawn,
        "spend_dropped": dropped,
    }


def _load_files(load: _Load, settings: Settings, entry: _Entry) -> None:
    pattern, name = entry.settings.path, entry.settings.name
    paths = files_of(settings.base, pattern)
    forget_problems(load.connection, [pattern, *(shown_name(settings.base, path) for path in paths)])
    if not paths:
        load.book(pattern).add(Problem(0, "", f"{pattern}: no file matches; check spend.path of `{name}`"))
    for path in paths:
        problems = load.book(shown_name(settings.base, path))
        found = _load_file(load, path, entry, problems)
        if found is None:
            continue
        load.read += 1
        load.totals += found.totals
        # Where a line could not be read, what is missing may be that line: nothing is withdrawn.
        if found.days and not problems.count:
            load.windows.append((name, problems.file, False, min(found.days), max(found.days)))


def _load_file(load: _Load, path: Path, entry: _Entry, problems: ProblemBook) -> _Read | None:
    """What the file came to; None where it could not be read as a table at all."""
    match = partial(match_columns, known=SPEND_COLUMNS, given=entry.settings.columns)
    try:
        export = open_export(path, match, _REQUIRED, problems.file)
        missing = sorted(set(entry.settings.columns) - set(export.columns))
        if missing:
            raise InputFileError(
                problems.file,
                f"it has no column `{entry.settings.columns[missing[0]]}`",
                f"correct columns.{missing[0]} of spend `{entry.settings.name}`",
            )
        reading = _Reading(
            entry=entry,
            order=day_order(export.column("day")) or entry.settings.dates,
            mark=decimal_mark(export.column("spend")) or entry.settings.decimal,
            header_currency=_header_currency(export),
            today=load.today,
            said_by=problems.file,
        )
        found = _Read()
        _copy(load, _rows(export.rows(), reading, len(load.books), problems, found), problems)
    except InputFileError as error:
        problems.add(Problem(0, "", str(error)))
        return None
    return found


def _load_account(load: _Load, entry: _Entry, pulled: Pulled) -> None:
    settings = entry.settings
    problems = load.book(f"{settings.vendor} {settings.name}")
    forget_problems(load.connection, [problems.file])
    if pulled.error is not None:
        problems.add(Problem(0, "", str(pulled.error)))
    else:
        load.read += 1
    if pulled.window is None:
        return
    reading = _Reading(entry, "", ".", "", load.today, problems.file)
    found = _Read()
    told = (
        ExportRow(number, cells, tuple(f"{name}={cell}" for name, cell in cells.items()))
        for number, cells in enumerate(pulled.rows(), start=1)
    )
    _copy(load, _rows(told, reading, len(load.books), problems, found), problems)
    window = pulled.window
    days = {"first_day": window.first, "last_day": window.last}
    run(load.connection, "spend", "move_window", name=settings.name, now=load.now, **days)
    if found.days and not problems.count:
        load.windows.append((settings.name, problems.file, True, window.first, window.last))
    elif not found.days and (stored := one(load.connection, "spend", "money_in_window", name=settings.name, **days)):
        problems.add(
            Problem(
                1,
                f"{window.first} to {window.last}",
                f"row: the account tells of no spend at all where {stored} row(s) of spend are known; they stand; allowed: "
                "an account that still tells of its campaigns",
            )
        )


def _copy(load: _Load, found: Iterator[tuple[Any, ...]], problems: ProblemBook) -> None:
    while batch := list(islice(found, _BATCH)):
        copy_rows(load.connection, "loaded_spend", _COLUMNS, batch)
        problems.write()


def _header_currency(export: Export) -> str:
    """The currency that the header of the spend column names: `Amount spent (EUR)`, `Расход, руб.`."""
    place = export.columns.get("spend")
    if place is None:
        return ""
    words = export.header[place].replace("(", " ").replace(")", " ").replace(",", " ").replace("[", " ").split()
    return next((code for word in words[1:] if word.isupper() or not word.isascii() if (code := currency_of(word))), "")


def _rows(
    export: Iterable[ExportRow], reading: _Reading, number: int, problems: ProblemBook, found: _Read
) -> Iterator[tuple[Any, ...]]:
    seen: dict[bytes, int] = {}
    for row in export:
        try:
            if row.surplus:
                raise RecordError("row", f"has {row.surplus} cell(s) more than the header", "one cell per column")
            read = _row(row, reading)
            if row.is_named_total and not read["campaign_id"]:
                found.totals += 1
                continue
            if read["spend_original"]:
                _refuse_repeat(row, seen)
        except RecordError as error:
            if _is_sum(row) and error.place in _TOTAL_FAULTS:
                found.totals += 1
            else:
                problems.add(Problem(row.number, line_of(row), str(error)))
            continue
        found.days.add(read["day"])
        yield (number, row.number, *(read[name] for name in _COLUMNS[2:]))


def _is_sum(row: ExportRow) -> bool:
    """A sum stands where a day would, or beside none: a campaign may be called `Total sale`, and its day may be mistyped."""
    day = row.cells.get("day", "")
    return row.is_total and (starts_as_total(day) or not any(map(str.isdigit, day)))


def _refuse_repeat(row: ExportRow, seen: dict[bytes, int]) -> None:
    """A row equal in every cell to an earlier one is a copying mistake: adding it up would double the money."""
    key = blake2b("\x1f".join(row.raw).encode(), digest_size=8).digest()
    first = seen.setdefault(key, row.number)
    if first != row.number:
        raise RecordError("row", f"repeats row {first} in every cell", "each row once")


def _row(row: ExportRow, reading: _Reading) -> dict[str, Any]:
    cells, entry = row.cells, reading.entry.settings
    day = read_day(cells["day"], reading.order, "day", reading.today)
    if "spend" in cells:
        amount = read_amount(cells["spend"], reading.mark, "spend")
        spend, beside = amount.value, amount.currency
    else:
        spend, beside = read_amount(cells["spend_micros"], ".", "spend_micros").value / _MICROS, ""
    return {
        "name": entry.name,
        "day": day,
        "platform": reading.entry.platform,
        "account": _text(cells, "account") or entry.account,
        "campaign_id": _text(cells, "campaign_id"),
        "campaign_name": _text(cells, "campaign_name"),
        "site": _text(cells, "site") or entry.site,
        "channel": reading.entry.channel.value,
        "spend_original": spend,
        "currency": _currency(_text(cells, "currency"), beside, reading),
        "vat_included": entry.has_vat,
        "vat_rate": entry.vat_rate,
        "said_by": reading.said_by,
        "clicks": read_count(cells.get("clicks", ""), "clicks"),
        "impressions": read_count(cells.get("impressions", ""), "impressions"),
    }


def _currency(cell: str, beside: str, reading: _Reading) -> str:
    """The row's own word first; the configuration speaks where the file is silent, and must not contradict it."""
    if cell and not currency_of(cell):
        raise RecordError("currency", "is not a currency", "three-letter ISO 4217 codes such as EUR")
    told = {code for code in (currency_of(cell) if cell else "", beside) if code}
    if len(told) > 1:
        raise RecordError("currency", "differs from the sign beside the amount", "one currency per row")
    found = next(iter(told), "") or reading.header_currency or reading.entry.settings.currency or ""
    if not found:
        raise RecordError(
            "currency", "is given nowhere", "a currency column, or `currency` of this spend in the configuration"
        )
    return found


def _text(cells: Any, name: str) -> str:
    return " ".join(str(cells.get(name, "")).split())[:_MAX_TEXT]


def _report_unrated(connection: Connection, books: Sequence[ProblemBook], base: str) -> int:
    total = 0
    for row in rows(connection, "spend", "without_rate", base=base):
        total += row.rows
        days = f"{row.first_day}" if row.first_day == row.last_day else f"{row.first_day} to {row.last_day}"
        book = books[row.file_number - 1]
        book.add(
            Problem(
                row.row_number,
                f"{row.rows} row(s) in {row.currency}, {days}",
                f"currency: no rate of {row.currency} to {base} on or before these days; add it to the rates file; "
                "the spend is kept in its own currency only",
            )
        )
        book.write()
    return total
