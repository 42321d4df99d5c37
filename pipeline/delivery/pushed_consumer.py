"""Consumers that events are brought to: webhooks and CRMs. Each has a place in the feed, and one deliverer at a time."""

import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pipeline.delivery.position import Position, first_position, last_position
from pipeline.errors import StopError
from pipeline.warehouse.connection import Connection, Role, Row, Warehouse, rows, run
from pipeline.warehouse.session_lock import session_lock

PushedKind = Literal["webhook", "crm"]
Start = Literal["first", "now"]


class UnknownConsumerError(StopError):
    """No consumer of this name reads the feed."""

    def __init__(self, consumer: str) -> None:
        self.consumer = consumer
        super().__init__(
            f"consumer {consumer}: is not known, or was revoked; `leadfold consumers` lists those that read"
        )


class WrongKindError(StopError):
    """A name is taken by a consumer of another kind."""

    def __init__(self, consumer: str, kind: str) -> None:
        self.consumer = consumer
        super().__init__(f"consumer {consumer}: the name is taken, and not by a {kind}; choose another name")


def held(warehouse: Warehouse, consumer: str) -> contextlib.AbstractContextManager[bool]:
    """Holds a consumer for one deliverer while the block runs; False where another one holds it."""
    return session_lock(warehouse, "delivery", "hold_consumer", "release_consumer", consumer=consumer)


def add_consumer(warehouse: Warehouse, consumer: str, kind: PushedKind, start: Start, now: datetime) -> None:
    """Makes a consumer known that events are brought to. start: from the first event there is, or from now on; one that is known
    keeps its place. Raises WrongKindError."""
    with warehouse.transaction(Role.PUBLISHER) as connection:
        place = place_at(connection, start)
        found = rows(connection, "delivery", "consumer", consumer=consumer)
        if found:
            if found[0].kind != kind:
                raise WrongKindError(consumer, kind)
            return
        added = run(
            connection, "delivery", "add_consumer", consumer=consumer, kind=kind, now=now, server_id=place.server,
            written_by=str(place.written_by), seq=place.seq,
        )  # fmt: skip
    if not added:
        raise WrongKindError(consumer, kind)


def place_at(connection: Connection, start: Start) -> Position:
    """The feed's place before its first event, or behind the last one that shows."""
    return first_position(connection) if start == "first" else last_position(connection)


def state_of(found: Sequence[Row[Any]], consumer: str) -> Row[Any]:
    """The row of a consumer among what was found. Raises UnknownConsumerError."""
    if not found or found[0].seq is None:
        raise UnknownConsumerError(consumer)
    return found[0]


def position_of(state: Row[Any]) -> Position:
    """How far a consumer has come."""
    return Position(state.server_id, int(state.written_by), state.seq)


def rewind(warehouse: Warehouse, consumer: str, start: Start, now: datetime) -> None:
    """Sets a consumer's place to the first event there is or behind the last one, and forgets what is held for it; for a consumer that
    lost its data, or a database that was moved. Raises UnknownConsumerError."""
    with warehouse.transaction(Role.PUBLISHER) as connection:
        if not rows(connection, "delivery", "lock_consumer", consumer=consumer):
            raise UnknownConsumerError(consumer)
        place = place_at(connection, start)
        run(connection, "delivery", "forget_held", consumer=consumer)
        run(
            connection, "delivery", "move",
            consumer=consumer, server_id=place.server, written_by=str(place.written_by), seq=place.seq, now=now,
        )  # fmt: skip
