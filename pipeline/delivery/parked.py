"""Events that a consumer did not take in all its tries: they wait for a person, who lets them be tried again or go."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pipeline.delivery.pushed_consumer import state_of
from pipeline.warehouse.connection import Role, Warehouse, one, rows, run


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    """An event that a consumer did not take in all its tries. behind: later events of the same client that wait for it."""

    consumer: str
    event_id: str
    client_id: str
    kind: str
    attempts: int
    problem: str
    parked_at: datetime
    behind: int


def parked_events(warehouse: Warehouse, consumer: str | None = None, limit: int = 1000) -> tuple[ParkedEvent, ...]:
    """Events that wait for a person, of one consumer or of all, by consumer and time."""
    with warehouse.transaction(Role.PUBLISHER) as connection:
        return tuple(
            ParkedEvent(
                row.consumer, str(row.event_id), str(row.client_id), row.kind or "", row.attempts, row.problem,
                row.parked_at, row.behind,
            )
            for row in rows(connection, "delivery", "parked", consumer=consumer, limit=limit)
        )  # fmt: skip


def retry_parked(warehouse: Warehouse, consumer: str, event_id: UUID | None, now: datetime) -> int:
    """Lets the next delivery try parked events of a consumer again, or the one of this id; how many. Raises UnknownConsumerError."""
    with warehouse.transaction(Role.PUBLISHER) as connection:
        state_of(rows(connection, "delivery", "lock_consumer", consumer=consumer), consumer)
        asked = str(event_id) if event_id is not None else None
        return int(one(connection, "delivery", "retry", consumer=consumer, event_id=asked, now=now))


def skip_event(warehouse: Warehouse, consumer: str, event_id: UUID, reason: str, now: datetime) -> bool:
    """Lets a held event go for good, with the reason on record, and its client's later events on; False where it is not held."""
    with warehouse.transaction(Role.PUBLISHER) as connection:
        state_of(rows(connection, "delivery", "lock_consumer", consumer=consumer), consumer)
        gone = rows(connection, "delivery", "skip", consumer=consumer, event_id=str(event_id), reason=reason, now=now)
        clients = [row.client_id for row in gone]
        if clients:
            run(connection, "delivery", "promote", consumer=consumer, client_ids=clients, now=now)
    return bool(clients)
