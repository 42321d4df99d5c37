"""Landing: a page's records, unchanged, and its cursor, in one transaction."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import orjson
from sqlalchemy import Connection, Row

from pipeline.lead import RawRecord
from pipeline.quick import quick
from pipeline.sources.page import Landed, Page
from pipeline.warehouse import record_counts
from pipeline.warehouse.connection import Role, Warehouse, one, rows, run
from pipeline.warehouse.session_lock import session_lock

_COUNTED = "#counted"
"""Suffix of the cursor row that remembers how many records of a source earlier runs have told of."""

MOST_WAITING = 500
"""Records that one run fetches the rest of; the next run takes the next ones."""


class Door(Protocol):
    """What stops records of erased persons as they arrive (pipeline.privacy.door)."""

    def land_emptied(
        self, connection: Connection, records: Sequence[RawRecord], now: datetime
    ) -> tuple[tuple[RawRecord, ...], int]:
        """Stores what it stops without its body; the other records, and how many rows are new."""


def land(warehouse: Warehouse, page: Page, now: datetime, door: Door | None = None) -> Landed:
    """Stores a page: new records, and the cursor behind them. A record that is there already changes nothing; one of an erased person
    that the door knows lands without its body."""
    with warehouse.transaction(Role.INGEST) as connection:
        records, new = page.records, 0
        if door is not None:
            records, new = door.land_emptied(connection, records, now)
        new += run(connection, "landing", "insert_records", **_columns(records)) if records else 0
        if page.cursor is not None:
            position = orjson.dumps(page.cursor).decode()
            run(connection, "landing", "move_cursor", source=page.source, position=position, now=now)
    return Landed(new=new, redelivered=len(page.records) - new)


def cursor_of(warehouse: Warehouse, source: str) -> Mapping[str, Any] | None:
    """How far a source has been read; None where it never was."""
    with warehouse.transaction(Role.INGEST) as connection:
        position: Mapping[str, Any] | None = one(connection, "landing", "cursor_position", source=source)
        return position


def count_new(warehouse: Warehouse, source: str, now: Callable[[], datetime]) -> int:
    """Records of a source that landed since the last call, by pull or by webhook; counted by commit, so none is missed."""
    key = source + _COUNTED
    with warehouse.transaction(Role.INGEST) as connection:
        before = one(connection, "landing", "cursor_position", source=key) or {"records": 0}
        records = record_counts.received(connection, source)
        if records != before["records"]:
            position = orjson.dumps({"records": records}).decode()
            run(connection, "landing", "move_cursor", source=key, position=position, now=now())
        return records - int(before["records"])


def waiting(warehouse: Warehouse, source: str) -> tuple[RawRecord, ...]:
    """Records whose delivery held an id only and of which nothing else has landed, newest first, at most `MOST_WAITING`."""
    with warehouse.transaction(Role.INGEST) as connection:
        found = rows(connection, "landing", "waiting_records", source=source, most=MOST_WAITING)
        return tuple(map(record_of, found))


def record_of(row: Row[Any] | tuple[Any, ...]) -> RawRecord:
    """A raw record of a row that begins with record_id, source, external_id, group_key, body, media_type, transport, received_at,
    occurred_at."""
    record_id, source, external_id, group_key, body, media_type, transport, received_at, occurred_at = row[:9]
    return _make_record(
        source=source,
        external_id=external_id,
        group_key=group_key,
        body=body,
        media_type=media_type,
        transport=transport,
        received_at=received_at,
        occurred_at=occurred_at,
        record_id=record_id,
    )


_make_record = quick(RawRecord)


def held(warehouse: Warehouse, source: str) -> contextlib.AbstractContextManager[bool]:
    """Holds a source for one puller while the block runs; False where another one holds it."""
    return session_lock(warehouse, "landing", "hold_source", "release_source", source=source)


def _columns(records: tuple[RawRecord, ...]) -> dict[str, list[Any]]:
    # jsonb cannot hold U+0000 nor a lone surrogate; transport facts are ours, bodies are bytes and keep both.
    return {
        "source": [record.source for record in records],
        "external_id": [storable(record.external_id) for record in records],
        "group_key": [storable(record.group_key) for record in records],
        "content_hash": [record.content_hash for record in records],
        "body": [record.body for record in records],
        "media_type": [record.media_type for record in records],
        "transport": [
            orjson.dumps({k: storable(v) for k, v in record.transport.items()}).decode() for record in records
        ],
        "received_at": [record.received_at for record in records],
        "occurred_at": [record.occurred_at for record in records],
    }


def storable(value: str) -> str:
    """Text that PostgreSQL takes: NUL and lone surrogates written as escapes, so that nothing is lost."""
    if "\x00" not in value and value.isascii():
        return value
    return value.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")
