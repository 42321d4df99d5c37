"""Ad spend from files: one row per day and campaign, in its own currency and in the reporting one.

What can go wrong, and what happens: a row that cannot be read goes to ops.spend_quarantine with its line and the rest goes
on; a file that cannot be read is one line there, numbered 0; spend without an exchange rate stays in its own currency and
is reported; a file read again changes nothing, a restated row replaces the old one and is marked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.attribution.amount import currency_of, decimal_mark, read_amount, read_count
from pipeline.attribution.channel import Channel, declared_channel
from pipeline.attribution.column import SPEND_COLUMNS, match_columns
from pipeline.attribution.day import Order, day_order, read_day
from pipeline.attribution.export_file import Export, ExportRow, line_of, open_export
from pipeline.attribution.platform import platform_channel, platform_code
from pipeline.attribution.problems import Problem, ProblemBook, files_of, forget_problems, shown_name
from pipeline.attribution.rates import load_rates
from pipeline.errors import ConfigError, InputFileError, RecordError
from pipeline.settings import Settings, SpendSettings
from pipeline.warehouse.connection import copy_rows, rows, run
from pipeline.warehouse.sql_file import Connection

_BATCH = 5000
_REQUIRED = (("day",), ("spend", "spend_micros"))
_COLUMNS = (
    "file_number", "row_number", "name", "day", "platform", "account", "campaign_id", "campaign_name", "site", "channel",
    "spend_original", "currency", "vat_included", "clicks", "impressions",
)  # fmt: skip
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
    """How one file writes its values."""

    entry: _Entry
    order: Order
    mark: str
    header_currency: str
    today: date


def load_spend(connection: Connection, settings: Settings, now: datetime) -> dict[str, int]:
    """Reads the rates file and every [[spend]] file into core.fx_rate and core.spend.

    Counts: rates, rates_refused, spend_files, spend_files_refused, spend_new, spend_changed (restated amounts among
    them), spend_dropped (rows of entries that the configuration no longer has), spend_refused, spend_without_rate.
    Raises ConfigError where an entry names an unknown channel or column.
    """
    counts = load_rates(connection, settings, now)
    base = settings.company.reporting_currency
    today = now.astimezone(ZoneInfo(settings.company.timezone)).date()
    entries = [_entry(index, entry) for index, entry in enumerate(settings.spend)]
    run(connection, "spend", "create_loaded_spend")
    books: list[ProblemBook] = []
    read = 0
    for entry in entries:
        paths = files_of(settings.base, entry.settings.path)
        forget_problems(connection, [entry.settings.path, *(shown_name(settings.base, path) for path in paths)])
        if not paths:
            books.append(ProblemBook(connection, entry.settings.path, now))
            books[-1].add(
                Problem(0, "", f"{entry.settings.path}: no file matches; check spend.path of `{entry.settings.name}`")
            )
        for path in paths:
            books.append(ProblemBook(connection, shown_name(settings.base, path), now))
            read += _load_file(connection, path, entry, len(books), today, books[-1])
    refused = sum(book.count for book in books)
    for book in books:
        book.write()
    merged = _merge(connection, [entry.settings.name for entry in entries], base, now)
    unrated = _report_unrated(connection, books, base)
    return counts | merged | {
        "spend_files": read,
        "spend_files_refused": len(books) - read,
        "spend_refused": refused - (len(books) - read),
        "spend_without_rate": unrated,
    }  # fmt: skip


def _entry(index: int, entry: SpendSettings) -> _Entry:
    unknown = sorted(set(entry.columns) - set(SPEND_COLUMNS))
    if unknown:
        raise ConfigError(f"spend[{index}].columns.{unknown[0]}", "unknown key", f"use {', '.join(SPEND_COLUMNS)}")
    platform = platform_code(entry.platform)
    channel = declared_channel(f"spend[{index}].channel", entry.channel) or platform_channel(platform)
    return _Entry(entry, platform, channel or Channel.UNALLOCATED)


def _merge(connection: Connection, names: Sequence[str], base: str, now: datetime) -> dict[str, int]:
    run(connection, "spend", "create_merged_spend")
    run(connection, "spend", "rename_campaigns")
    written = rows(connection, "spend", "merge_spend", base=base, now=now)[0]
    dropped = run(connection, "spend", "drop_removed", names=names)
    run(connection, "spend", "label_campaigns")
    run(connection, "spend", "convert_spend", base=base)
    return {"spend_new": written.new, "spend_changed": written.changed, "spend_dropped": dropped}


def _load_file(
    connection: Connection, path: Path, entry: _Entry, number: int, today: date, problems: ProblemBook
) -> bool:
    """Whether the file could be read as a table at all."""
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
            order=day_order(export.column("day")),
            mark=decimal_mark(export.column("spend")),
            header_currency=_header_currency(export),
            today=today,
        )
        found = _rows(export, reading, number, problems)
        while batch := list(islice(found, _BATCH)):
            copy_rows(connection, "loaded_spend", _COLUMNS, batch)
            problems.write()
    except InputFileError as error:
        problems.add(Problem(0, "", str(error)))
        return False
    return True


def _header_currency(export: Export) -> str:
    """The currency that the header of the spend column names: `Amount spent (EUR)`, `Расход, руб.`."""
    place = export.columns.get("spend")
    if place is None:
        return ""
    words = export.header[place].replace("(", " ").replace(")", " ").replace(",", " ").replace("[", " ").split()
    return next((code for word in words[1:] if word.isupper() or not word.isascii() if (code := currency_of(word))), "")


def _rows(export: Export, reading: _Reading, number: int, problems: ProblemBook) -> Iterator[tuple[Any, ...]]:
    seen: dict[bytes, int] = {}
    for row in export.rows():
        try:
            read = _row(row, reading)
            if read["spend_original"]:
                _refuse_repeat(row, seen)
        except RecordError as error:
            if not (row.is_total and error.place in {"day", "row"}):
                problems.add(Problem(row.number, line_of(row), str(error)))
            continue
        yield (number, row.number, *(read[name] for name in _COLUMNS[2:]))


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
        "vat_included": entry.vat_included,
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
