"""Statuses of a CRM's own records (leads, contacts) into core.crm_status, beside the deals of pipeline.attribution.deals."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from typing import Any

from pipeline.attribution.deal_label import deal_label
from pipeline.errors import RecordError
from pipeline.history.known import READING, HistoryReader, document_of
from pipeline.history.table import HISTORY_READERS
from pipeline.settings import HistorySettings
from pipeline.sources.connector import ConfiguredSource
from pipeline.warehouse.connection import copy_rows, one, run, stream
from pipeline.warehouse.landing import record_of
from pipeline.warehouse.sql_file import Connection

_BATCH = 5000
_COLUMNS = (
    "status_id", "record_id", "stage", "reason", "manager", "opened_at", "told_at", "next_step_at", "last_activity_at",
    "first_response_at", "read_as",
)  # fmt: skip
_REFUSED = frozenset({"lost", "junk"})


def read_statuses(connection: Connection, sources: Sequence[ConfiguredSource], now: datetime) -> dict[str, int]:
    """Reads the statuses that are new, changed, or to be read in another way, and ties all to living clients.

    Count: statuses_read. What cannot be read is in quarantine since conforming, as every record.
    """
    telling = [(source, reader) for source in sources if (reader := _reader_of(source)) is not None]
    silent: list[str] = []
    read = 0
    if telling:
        run(connection, "outcomes", "create_loaded_status")
        for source, reader in telling:
            read_as = _reading_of(source)
            told = stream(connection, "outcomes", "history_statuses", source=source.name, read_as=read_as)
            found = _statuses(told, source, reader, read_as, silent)
            while batch := list(islice(found, _BATCH)):
                copy_rows(connection, "loaded_status", _COLUMNS, batch)
        read = int(one(connection, "outcomes", "merge_statuses", now=now))
    names = [source.name for source, _ in telling]
    run(connection, "outcomes", "drop_silent_statuses", sources=names, silent=silent)
    run(connection, "outcomes", "link_statuses")
    return {"statuses_read": read}


def _reader_of(source: ConfiguredSource) -> HistoryReader | None:
    if not isinstance(source.settings, HistorySettings):
        return None
    reader = HISTORY_READERS[source.settings.vendor]
    return None if reader.status is None else reader


def _reading_of(source: ConfiguredSource) -> str:
    """Changes whenever the same record might tell another status."""
    told = f"{source.settings.vendor} {source.options!r} {source.timezone}"
    return f"{READING}.{blake2b(told.encode(), digest_size=6).hexdigest()}"


def _statuses(
    told: Iterable[Any], source: ConfiguredSource, reader: HistoryReader, read_as: str, silent: list[str]
) -> Iterator[tuple[Any, ...]]:
    for row in told:
        record = record_of(row)
        status_id = f"{source.name}/{record.external_id}"
        try:
            status = reader.status(document_of(record), record, source) if reader.status is not None else None
        except RecordError:
            continue  # Conforming said so in quarantine, where the document itself cannot be read.
        if status is None:
            silent.append(status_id)
            continue
        yield (
            status_id, record.record_id, status.stage, deal_label(status.lost_reason) if status.stage in _REFUSED else "",
            deal_label(status.manager), status.opened_at, record.occurred_at or record.received_at, *status.working.moments, read_as,
        )  # fmt: skip
