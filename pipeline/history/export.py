"""Exports of clients and deals as CSV: any delimiter, encoding and language, one client or one deal a row.

A row with a client's id is that client's; one without is told apart by its phones, mailboxes, tax id and name. A row with a
deal's id is a deal of its client. What can go wrong: a file without columns of a client (refused whole, the others are read);
a day that can be read in two ways (that row goes to quarantine; `dates` says how the file writes them).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from pipeline.attribution.amount import currency_of, decimal_mark, read_amount
from pipeline.attribution.day import Order, day_order, read_moment
from pipeline.attribution.export_file import Export, ExportRow, open_export
from pipeline.errors import RecordError
from pipeline.history.changed_files import pull_changed
from pipeline.history.column import CLIENT_FIELDS, COLUMNS, cells_of, columns_of
from pipeline.history.deal_stage import CLOSED, STAGES, deal_stage
from pipeline.history.known import (
    HistoryOptions,
    HistoryReader,
    KnownClient,
    KnownDeal,
    history_record,
    reading,
)
from pipeline.history.working import working_in_cells
from pipeline.lead import RawRecord, SourceKind
from pipeline.settings import Currency
from pipeline.sources.connector import Clock, ConfiguredSource, Connector
from pipeline.sources.page import Page

_CLIENT_COLUMNS = ("client_id", "name", "last_name", "first_name", "phone", "email", "company", "tax_id")
_LONGEST_ID = 200
_TELLING = frozenset({"client_id", "deal_id", "phone", "email", "tax_id"})
"""What a sum below the clients never has."""
_PERSON = ("физ", "person", "individual", "osoba")
_DAYS = ("created", "opened_at", "closed_at", "changed")


def _known_columns(value: dict[str, str]) -> dict[str, str]:
    wrong = sorted(set(value) - set(COLUMNS))
    if wrong:
        raise ValueError(f"`{wrong[0]}` is not a field of ours; allowed are {', '.join(COLUMNS)}")
    return value


class ExportOptions(HistoryOptions):
    """path: files, relative to leadfold.toml, * and ? allowed. columns: our field -> the file's column. dates, decimal: how the
    files write them where no row shows it. currency: of deals whose row names none."""

    path: Annotated[str, Field(min_length=1)]
    columns: Annotated[dict[str, str], AfterValidator(_known_columns)] = Field(default_factory=dict)
    dates: Literal["", "dmy", "mdy"] = ""
    decimal: Literal["", ",", "."] = ""
    currency: Currency | None = None


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Rows of every file that changed since the cursor, see `pull_changed`."""
    options = source.options_as(ExportOptions)
    return pull_changed(source, options.path, cursor, lambda path, shown: _rows(source, options, path, shown, now))


def _rows(source: ConfiguredSource, options: ExportOptions, path: Path, shown: str, now: Clock) -> Iterator[RawRecord]:
    export = open_export(path, lambda header: _match(header, options.columns), (_CLIENT_COLUMNS,), shown)
    written = {
        "file": shown,
        "dates": next((order for name in _DAYS if (order := day_order(export.column(name)))), options.dates),
        "decimal": decimal_mark(export.column("amount")) or options.decimal,
    }
    for row in export.rows():
        yield _record(source, options, export, row, written, now)


def _match(header: Sequence[str], given: Mapping[str, str]) -> Mapping[str, int]:
    """A header names at least two fields: a title above it may hold one of the words."""
    found = {field: place for place, field in reversed(tuple(columns_of(header, given).items()))}
    return found if len(found) > 1 else {}


def _record(
    source: ConfiguredSource,
    options: ExportOptions,
    export: Export,
    row: ExportRow,
    written: Mapping[str, str],
    now: Clock,
) -> RawRecord:
    names = _unique(export.header)
    document = {name: cell.strip() for name, cell in zip(names, row.raw, strict=False) if cell.strip()}
    cells = cells_of(document, options.columns)
    client = _client_key(cells)
    is_sum = row.is_total and not _TELLING & cells.keys()
    deal = cells.get("deal_id", "")[:_LONGEST_ID]
    return history_record(
        source.name,
        f"deal:{deal}" if deal else client,
        client,
        document,
        now(),
        is_deal=bool(deal),
        changed_at=_changed_at(cells, written["dates"], source, now),
        transport={**written, "line": str(row.number), **({"sum": "1"} if is_sum else {})},
    )


def _changed_at(cells: Mapping[str, str], dates: str, source: ConfiguredSource, now: Clock) -> datetime | None:
    """When the CRM last changed the row, where it says so in a way that can be read."""
    if not cells.get("changed"):
        return None
    try:
        today = now().astimezone(source.timezone).date()
        return read_moment(cells["changed"], source.timezone, "changed", today, _order(dates))
    except RecordError:
        return None


def _unique(header: Sequence[str]) -> list[str]:
    """Names of columns as keys: a second column of one name keeps its own cells."""
    names: list[str] = []
    for place, name in enumerate(header, start=1):
        plain = name.strip() or f"column {place}"
        names.append(f"{plain} ({place})" if plain in names else plain)
    return names


def _client_key(cells: Mapping[str, str]) -> str:
    if given := cells.get("client_id", ""):
        return f"client:{given[:_LONGEST_ID]}"
    phones = sorted(re.sub(r"\D", "", phone)[-9:] for phone in cells.get("phone", "").split(", "))
    told = [
        *phones, *sorted(cells.get("email", "").casefold().split(", ")), cells.get("tax_id", ""), cells.get("name", "").casefold(),
        cells.get("last_name", "").casefold(), cells.get("first_name", "").casefold(), cells.get("company", "").casefold(),
    ]  # fmt: skip
    return f"row:{blake2b(chr(31).join(told).encode(), digest_size=12).hexdigest()}"


def _client(document: Mapping[str, Any], record: RawRecord, source: ConfiguredSource) -> KnownClient:
    if "sum" in record.transport:
        raise RecordError(_place(record, "row"), "is a sum of the rows above", "one client or deal a row")
    cells = cells_of(document, source.options_as(ExportOptions).columns)
    fields = {name: cells[name] for name in CLIENT_FIELDS if name in cells}
    if any(word in cells.get("kind", "").casefold() for word in _PERSON) and not {"name", "last_name"} & fields.keys():
        fields["name"] = fields.pop("company", "")  # 1C keeps people's names where it keeps companies'
    return KnownClient(fields=fields, since=_moment(cells, "created", record, source))


def _deal(document: Mapping[str, Any], record: RawRecord, source: ConfiguredSource) -> KnownDeal:
    options = source.options_as(ExportOptions)
    cells = cells_of(document, options.columns)
    stage = deal_stage(cells.get("stage", ""), options.stages)
    if not stage:
        raise RecordError(
            _place(record, "stage"),
            "is not a stage we know",
            f"{', '.join(STAGES)}, or one named in `stages` of the configuration",
        )
    amount = (
        read_amount(cells["amount"], record.transport.get("decimal", ""), _place(record, "amount"))
        if "amount" in cells
        else None
    )
    currency = currency_of(cells.get("currency", ""))
    if cells.get("currency") and not currency:
        raise RecordError(_place(record, "currency"), "is not a currency", "three-letter ISO 4217 codes such as EUR")
    # An open deal keeps the day on which it is expected to close in the same column.
    closed = _moment(cells, "closed_at", record, source) if stage in CLOSED else None
    opened = _moment(cells, "opened_at", record, source) or _moment(cells, "created", record, source) or closed
    if opened is None:
        raise RecordError(_place(record, "opened_at"), "is empty", "the day the deal was opened or closed")
    return KnownDeal(
        stage=stage,
        amount=amount.value if amount else None,
        currency=currency or (amount.currency if amount else "") or options.currency or "",
        opened_at=min(opened, closed) if closed else opened,
        closed_at=closed,
        manager=cells.get("manager", ""),
        lost_reason=cells.get("lost_reason", ""),
        working=working_in_cells(
            cells,
            source.timezone,
            record.received_at.astimezone(source.timezone).date(),
            _order(record.transport.get("dates", "")),
        ),
    )


def _moment(cells: Mapping[str, str], name: str, record: RawRecord, source: ConfiguredSource) -> datetime | None:
    if not cells.get(name):
        return None
    today = record.received_at.astimezone(source.timezone).date()
    dates = _order(record.transport.get("dates", ""))
    return read_moment(cells[name], source.timezone, _place(record, name), today, dates)


def _order(dates: str) -> Order:
    return "dmy" if dates == "dmy" else "mdy" if dates == "mdy" else ""


def _place(record: RawRecord, field: str) -> str:
    return f"{record.transport.get('file', 'file')} line {record.transport.get('line', '?')}, {field}"


READER = HistoryReader(_client, _deal)


def _connector(vendor: str, title: str) -> Connector:
    return Connector(
        vendor=vendor, kind=SourceKind.CRM, options=ExportOptions, read=reading(READER), pull=pull, title=title,
        tested="files of our own in the layouts that the vendor's export gives",
    )  # fmt: skip


CONNECTORS = (
    _connector("csv", "Any export as CSV"),
    _connector("salesforce-csv", "Salesforce report as CSV"),
    _connector("1c-csv", "1C list as CSV"),
)
"""One reader: the vendors' columns are in one table, and their encodings and delimiters are recognised."""
