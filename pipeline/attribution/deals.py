"""Deals that came back from the CRM: what became of clients, in a file or in a CRM's history, tied to clients after each fold."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pipeline.attribution.amount import currency_of, decimal_mark, read_amount
from pipeline.attribution.column import DEAL_COLUMNS, match_columns
from pipeline.attribution.day import read_moment
from pipeline.attribution.deal_label import deal_label
from pipeline.attribution.export_file import Export, ExportRow, line_of, open_export
from pipeline.attribution.problems import Problem, ProblemBook, files_of, forget_problems, shown_name
from pipeline.errors import InputFileError, RecordError
from pipeline.history.deal_stage import STAGES, deal_stage
from pipeline.history.known import READING, HistoryOptions, document_of
from pipeline.history.table import HISTORY_READERS
from pipeline.history.working import working_in_cells
from pipeline.lead import RawRecord
from pipeline.normalize.email import normalize_emails
from pipeline.normalize.phone import normalize_phones
from pipeline.settings import HistorySettings, Settings
from pipeline.sources.connector import ConfiguredSource
from pipeline.warehouse.connection import copy_rows, rows, run, stream
from pipeline.warehouse.sql_file import Connection

_BATCH = 5000
_COLUMNS = (
    "deal_id", "client_id", "phone", "email", "stage", "amount", "currency", "opened_at", "closed_at", "manager", "lost_reason",
    "next_step_at", "last_activity_at", "first_response_at",
)  # fmt: skip
_HISTORY_COLUMNS = (
    "deal_id", "stage", "amount", "currency", "opened_at", "closed_at", "record_id", "read_as", "phone", "email", "manager",
    "lost_reason", "next_step_at", "last_activity_at", "first_response_at",
)  # fmt: skip
_CONTACTS = frozenset({"phone", "email", "client_ref", "manager", "lost_reason"})
_REFUSED = frozenset({"lost", "junk"})
_COUNTRY = {"RUB": "RU", "PLN": "PL", "GBP": "GB", "UAH": "UA", "CZK": "CZ", "KZT": "KZ", "BYN": "BY"}
"""Where a deal was paid says in which country its phone is to be read when it carries no code."""


def load_deals(connection: Connection, settings: Settings, now: datetime) -> dict[str, int]:
    """Reads `files.deals` into core.deal. Counts: deals_new, deals_changed, deals_refused.

    Columns: deal_id, client_ref (a client id of ours), phone, email, stage (new, qualified, won, lost, junk), amount,
    currency (the reporting one where none is given), opened_at, closed_at, manager, lost_reason, next_step, last_activity, first_response; a day stands for its start in the company's
    time zone. A row that cannot be read goes
    to ops.spend_quarantine without its contacts. Reading it again changes nothing.
    """
    counts = {"deals_new": 0, "deals_changed": 0, "deals_refused": 0}
    base = settings.company.reporting_currency
    timezone = settings.company.timezone
    if settings.files.deals:
        paths = files_of(settings.base, settings.files.deals)
        forget_problems(connection, [settings.files.deals, *(shown_name(settings.base, path) for path in paths)])
        run(connection, "deals", "create_loaded_deal")
        for path in paths:
            counts["deals_refused"] += _load_file(connection, path, settings, now)
        written = rows(connection, "deals", "merge_deals", now=now)[0]
        counts |= {"deals_new": written.new, "deals_changed": written.changed}
    run(connection, "deals", "convert_deals", base=base, timezone=timezone)
    return counts


def read_history_deals(
    connection: Connection, settings: Settings, sources: Sequence[ConfiguredSource], now: datetime
) -> dict[str, int]:
    """Reads deals that a CRM's history told into core.deal, those that are new, changed, or to be read in another way.

    Counts: history_deals_new, history_deals_changed, history_deals_dropped (of CRMs that the configuration no longer asks for
    deals: a renamed one would count its money twice). What cannot be read is in quarantine since conforming, as every record.
    """
    counts = {"history_deals_new": 0, "history_deals_changed": 0}
    histories = [
        source
        for source in sources
        if isinstance(source.settings, HistorySettings) and source.options_as(HistoryOptions).deals
    ]
    dropped = run(connection, "deals", "drop_removed", sources=[source.name for source in histories])
    if not histories:
        return counts | {"history_deals_dropped": dropped}
    company = settings.company
    run(connection, "deals", "create_loaded_deal")
    for source in histories:
        read_as = _reading_of(source)
        told = stream(connection, "deals", "history_deals", source=source.name, read_as=read_as)
        found = _history_deals(told, source, read_as, company.reporting_currency)
        while batch := list(islice(found, _BATCH)):
            copy_rows(connection, "loaded_deal", _HISTORY_COLUMNS, batch)
    written = rows(connection, "deals", "merge_deals", now=now)[0]
    run(connection, "deals", "convert_deals", base=company.reporting_currency, timezone=company.timezone)
    return {
        "history_deals_new": written.new,
        "history_deals_changed": written.changed,
        "history_deals_dropped": dropped,
    }


def _reading_of(source: ConfiguredSource) -> str:
    """Changes whenever the same record might give another deal."""
    told = f"{source.settings.vendor} {source.options!r} {source.timezone}"
    return f"{READING}.{blake2b(told.encode(), digest_size=6).hexdigest()}"


def _history_deals(
    told: Iterable[Any], source: ConfiguredSource, read_as: str, currency: str
) -> Iterator[tuple[Any, ...]]:
    reader = HISTORY_READERS[source.settings.vendor]
    for row in told:
        record = RawRecord(
            source=row.source, external_id=row.external_id, group_key=row.group_key, body=row.body, media_type=row.media_type,
            transport=row.transport, received_at=row.received_at, occurred_at=row.occurred_at, record_id=row.record_id,
        )  # fmt: skip
        try:
            deal = reader.deal(document_of(record), record, source)
        except RecordError:
            # Conforming said so in quarantine; with changed options the record is there after its next reading.
            continue
        yield (
            f"{source.name}/{row.external_id.removeprefix('deal:')}", deal.stage, deal.amount, deal.currency or currency,
            deal.opened_at, deal.closed_at, row.record_id, read_as, "", "", deal_label(deal.manager),
            deal_label(deal.lost_reason) if deal.stage in _REFUSED else "", *deal.working.moments,
        )  # fmt: skip


def link_deals(connection: Connection) -> dict[str, int]:
    """Ties deals to living clients: by the CRM's own record of the client, by the id the CRM gave, else by phone or mailbox where
    exactly one client has it.

    Counts: deals_linked, deals_unlinked.
    """
    run(connection, "deals", "follow_aliases")
    run(connection, "deals", "link_records")
    run(connection, "deals", "link_contacts")
    found = rows(connection, "deals", "linked")[0]
    return {"deals_linked": found.linked, "deals_unlinked": found.unlinked}


def _load_file(connection: Connection, path: Path, settings: Settings, now: datetime) -> int:
    problems = ProblemBook(connection, shown_name(settings.base, path), now)
    try:
        export = open_export(
            path,
            partial(match_columns, known=DEAL_COLUMNS, given={}),
            (("deal_id",), ("stage",), ("opened_at",)),
            problems.file,
        )
        mark = decimal_mark(export.column("amount"))
        today = now.astimezone(ZoneInfo(settings.company.timezone)).date()
        found = _deals(export, mark, settings, today, problems)
        while batch := list(islice(found, _BATCH)):
            copy_rows(connection, "loaded_deal", _COLUMNS, batch)
            problems.write()
    except InputFileError as error:
        problems.add(Problem(0, "", str(error)))
    problems.write()
    return problems.count


def _deals(
    export: Export, mark: str, settings: Settings, today: date, problems: ProblemBook
) -> Iterator[tuple[Any, ...]]:
    for row in export.rows():
        try:
            yield _deal(row, mark, settings, today)
        except RecordError as error:
            problems.add(Problem(row.number, line_of(row, _CONTACTS), str(error)))


def _deal(row: ExportRow, mark: str, settings: Settings, today: date) -> tuple[Any, ...]:
    cells = {name: cell.strip() for name, cell in row.cells.items()}
    zone = ZoneInfo(settings.company.timezone)
    if not cells["deal_id"] or len(cells["deal_id"]) > 200:
        raise RecordError("deal_id", "is empty or longer than 200 characters", "the CRM's own id of the deal")
    stage = deal_stage(cells["stage"])
    if not stage:
        raise RecordError("stage", "is not a stage", ", ".join(STAGES))
    amount, currency = _money(cells, mark, settings)
    opened = read_moment(cells["opened_at"], zone, "opened_at", today)
    closed = read_moment(cells["closed_at"], zone, "closed_at", today) if cells.get("closed_at") else None
    if closed is not None and closed < opened:
        # A day stands for its start: closed on the day it was opened is no contradiction.
        if closed.astimezone(zone).date() == opened.astimezone(zone).date():
            closed = opened
        else:
            raise RecordError("closed_at", "is before opened_at", "a moment after the deal was opened")
    region = _COUNTRY.get(currency, settings.company.region)
    phones, _ = normalize_phones(cells.get("phone", ""), region)
    emails, _ = normalize_emails(cells.get("email", ""))
    return (
        cells["deal_id"],
        _client_id(cells.get("client_ref", "")),
        phones[0].e164 if phones else "",
        emails[0].canonical if emails else "",
        stage,
        amount,
        currency,
        opened,
        closed,
        deal_label(cells.get("manager", "")),
        deal_label(cells.get("lost_reason", "")) if stage in _REFUSED else "",
        *working_in_cells(cells, zone, today).moments,
    )


def _money(cells: dict[str, str], mark: str, settings: Settings) -> tuple[Any, str]:
    written = cells.get("currency", "")
    currency = currency_of(written)
    if written and not currency:
        raise RecordError("currency", "is not a currency", "three-letter ISO 4217 codes such as EUR")
    if not cells.get("amount"):
        return None, currency
    amount = read_amount(cells["amount"], mark, "amount")
    if currency and amount.currency not in {"", currency}:
        raise RecordError("currency", "differs from the sign beside the amount", "one currency per row")
    return amount.value, currency or amount.currency or settings.company.reporting_currency


def _client_id(text: str) -> UUID | None:
    """A client id of ours; the CRM's own reference is none, the contacts then decide."""
    try:
        return UUID(text)
    except ValueError:
        return None
