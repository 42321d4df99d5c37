"""The change feed: every change of a client once, in order, with a cursor that never skips a slow transaction.

Events stand in the order (written_by, seq): the transaction that wrote them, then their number in it. A sequence
alone would not do, because a lower number may commit after a higher one; the view feed.event shows a transaction's
events only when every older transaction has ended. While the gate `publish` is closed nothing new leaves.

A consumer reads at least once: it may see an event again after a fault, and knows it by `event_id`; a client's state
has a `version` that only grows, so an older state that comes late is told by its smaller number.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pipeline.delivery.gate import Gate, GateClosedError, gate_of, read_gate
from pipeline.delivery.position import OtherServerError, Position, last_position
from pipeline.errors import StopError
from pipeline.warehouse.connection import Role, Row, Warehouse, mapping, one, rows, run, stream

MAX_LIMIT = 1000
"""Events in one page at most: a page of golden records then stays below a few megabytes."""


class StrandedEventsError(StopError):
    """Events carry transaction numbers of another server, so that their place in the order is not known."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(
            f"feed: {count} event(s) came with a dump of another database server and cannot be ordered; "
            "run `leadfold db adopt` once, then let consumers start from the snapshot"
        )


class LimitError(StopError):
    """A page size that the feed does not give."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"feed: `limit` is {limit}; allowed are 1 to {MAX_LIMIT}; choose one of them")


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One change of one client. payload: the event's body as the resolver wrote it; cursor: just behind this event."""

    event_id: str
    client_id: str
    kind: str
    payload: Mapping[str, Any]
    created_at: datetime
    cursor: str


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Events after a cursor, oldest first.

    next_cursor: where to go on; equal to the cursor asked with where there is nothing new. more: whether a further
    page waits already. gate: when it is closed, `events` is empty although there may be some.
    """

    events: tuple[FeedEvent, ...]
    next_cursor: str
    more: bool
    gate: Gate


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All living clients, accounts and aliases at one moment, and the cursor from which the feed goes on behind it.

    The iterators can be walked once, in this order, while the snapshot is open. A change that was being written
    at that moment may come again as an event; its `version` tells.
    """

    cursor: str
    clients: Iterator[Mapping[str, Any]]
    aliases: Iterator[tuple[str, str]]
    accounts: Iterator[Mapping[str, Any]]
    account_aliases: Iterator[tuple[str, str]]


def read_events(warehouse: Warehouse, cursor: str | None, limit: int) -> FeedPage:
    """Events after `cursor` (None: from the first), at most `limit` of them.

    Raises CursorError, OtherServerError, LimitError.
    """
    asked = None if cursor is None else Position.of(cursor)
    if not 1 <= limit <= MAX_LIMIT:
        raise LimitError(limit)
    with warehouse.transaction(Role.CRM) as connection:
        server = one(connection, "feed", "server")
        start = asked or Position(server)
        if start.server != server:
            raise OtherServerError
        found = rows(
            connection, "feed", "events_after", written_by=str(start.written_by), seq=start.seq, limit=limit + 1
        )
    # Read after the events: a gate that closed meanwhile holds them back.
    gate = read_gate(warehouse)
    if not gate.is_open:
        return FeedPage((), start.text, more=False, gate=gate)
    events = tuple(_event(row, server) for row in found[:limit])
    return FeedPage(events, events[-1].cursor if events else start.text, more=len(found) > limit, gate=gate)


def newest_place(warehouse: Warehouse) -> Position | None:
    """The place behind the last event that shows; None while the gate is closed."""
    with warehouse.transaction(Role.PUBLISHER) as connection:
        place = last_position(connection)
        return place if gate_of(connection).is_open else None


@contextlib.contextmanager
def snapshot(warehouse: Warehouse) -> Iterator[Snapshot]:
    """Opens a snapshot: one repeatable-read transaction, rows through a server-side cursor. Raises GateClosedError."""
    gate = read_gate(warehouse)
    if not gate.is_open:
        raise GateClosedError(gate.reason)
    with warehouse.transaction(Role.CRM) as connection:
        run(connection, "feed", "begin_snapshot")
        run(connection, "feed", "limit_idle")
        last = rows(connection, "feed", "last_position")
        server = one(connection, "feed", "server")
        position = Position(server, int(last[0].written_by), last[0].seq) if last else Position(server)
        yield Snapshot(
            position.text,
            (_client(row) for row in stream(connection, "feed", "clients")),
            ((str(row.client_id), str(row.living_id)) for row in stream(connection, "feed", "aliases")),
            (_account(row) for row in stream(connection, "feed", "accounts")),
            ((str(row.account_id), str(row.living_id)) for row in stream(connection, "feed", "account_aliases")),
        )


def living_client(warehouse: Warehouse, client_id: UUID) -> Mapping[str, Any] | None:
    """The living client that an id, merged or not, stands for; None where there is none. Raises GateClosedError."""
    with warehouse.transaction(Role.CRM) as connection:
        found = rows(connection, "feed", "living_client", client_id=str(client_id))
    gate = read_gate(warehouse)
    if not gate.is_open:
        raise GateClosedError(gate.reason)
    return _client(found[0]) if found else None


def living_account(warehouse: Warehouse, account_id: UUID) -> Mapping[str, Any] | None:
    """The living account that an id, merged or not, stands for; None where there is none. Raises GateClosedError."""
    with warehouse.transaction(Role.CRM) as connection:
        found = rows(connection, "feed", "living_account", account_id=str(account_id))
    gate = read_gate(warehouse)
    if not gate.is_open:
        raise GateClosedError(gate.reason)
    return _account(found[0]) if found else None


def resolve(warehouse: Warehouse, client_id: UUID) -> str | None:
    """The living id that an id stands for: itself, or where it was merged; None where there is none."""
    with warehouse.transaction(Role.CRM) as connection:
        found = one(connection, "feed", "living_client", client_id=str(client_id))
    return None if found is None else str(found)


def lines(warehouse: Warehouse, cursor: str | None, limit: int, whole: bool = False) -> Iterator[Mapping[str, Any]]:
    """The feed as JSON objects, one a line: {"event": …} at most `limit` times, or with `whole` {"client": …}, {"alias": …},
    {"account": …} and {"account_alias": …} of the snapshot; last {"next_cursor", "gate"}. Raises CursorError, LimitError, GateClosedError (whole).
    """
    if whole:
        with snapshot(warehouse) as opened:
            yield from ({"client": client} for client in opened.clients)
            yield from ({"alias": {"client_id": old, "living_id": living}} for old, living in opened.aliases)
            yield from ({"account": account} for account in opened.accounts)
            yield from (
                {"account_alias": {"account_id": old, "living_id": living}} for old, living in opened.account_aliases
            )
            yield {"next_cursor": opened.cursor, "gate": asdict(Gate(is_open=True))}
        return
    if limit < 1:
        raise LimitError(limit)
    page = read_events(warehouse, cursor, min(limit, MAX_LIMIT))
    yield from ({"event": asdict(event)} for event in page.events)
    while page.more and (limit := limit - len(page.events)):
        page = read_events(warehouse, page.next_cursor, min(limit, MAX_LIMIT))
        yield from ({"event": asdict(event)} for event in page.events)
    yield {"next_cursor": page.next_cursor, "gate": asdict(page.gate)}


def publish(warehouse: Warehouse, now: datetime) -> dict[str, int]:
    """What the feed gives, in numbers of events.

    publishable: consumers can read them; held: they could, were the gate open; pending: wait for an older transaction
    to end; pending_seconds: how long the oldest of those has waited at `now`. Raises StrandedEventsError.
    """
    with warehouse.transaction(Role.PUBLISHER) as connection:
        gate = gate_of(connection)
        backlog = rows(connection, "feed", "backlog")[0]
    if backlog.stranded:
        raise StrandedEventsError(backlog.stranded)
    oldest = backlog.oldest_waiting_at
    return {
        "publishable": backlog.shown if gate.is_open else 0,
        "held": 0 if gate.is_open else backlog.shown,
        "pending": backlog.waiting,
        "pending_seconds": max(0, int((now - oldest).total_seconds())) if oldest is not None else 0,
    }


def adopt_events(warehouse: Warehouse) -> int:
    """Gives the events of a restored dump this server's oldest number, so that the feed can order them; how many.

    For the owner of a database that was moved: consumers must start from the snapshot afterwards, and their old
    cursors are refused. Events keep the order of their numbers in the outbox.
    """
    with warehouse.transaction(None) as connection:
        run(connection, "feed", "open_outbox")
        adopted = run(connection, "feed", "adopt_events")
        run(connection, "feed", "close_outbox")
    return adopted


def _event(row: Row[Any], server: int) -> FeedEvent:
    cursor = Position(server, int(row.written_by), row.seq).text
    return FeedEvent(str(row.event_id), str(row.client_id), row.kind, row.payload, row.created_at, cursor)


def _client(row: Row[Any]) -> Mapping[str, Any]:
    account_id = None if row.account_id is None else str(row.account_id)
    return {**mapping(row), "client_id": str(row.client_id), "account_id": account_id}


def _account(row: Row[Any]) -> Mapping[str, Any]:
    holding_id = None if row.holding_id is None else str(row.holding_id)
    told = {
        "account_id": str(row.account_id),
        "client_ids": [str(one) for one in row.client_ids],
        "holding_id": holding_id,
    }
    return {**mapping(row), **told}
