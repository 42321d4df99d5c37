"""Brings events of the outbox to a consumer: in order per client, at least once, with back-off, and parked after some tries.

For webhooks and CRM connectors; a consumer that reads by itself uses the change feed. A connector's life:

    add_consumer(warehouse, "bitrix", "crm", "first", now)          # once; known already: keeps its place
    with held(warehouse, "bitrix") as mine:                          # one deliverer per consumer at a time
        if mine:
            counts = deliver(warehouse, "bitrix", send, now)         # send(event) -> Outcome, one event at a time

or, where several events go in one call, `next_batch`, then `settle` with an outcome for each event of the batch; an event
without one was not tried and comes again. A batch holds each client once, so that its events may be sent in any order or
at the same time. The place of a consumer moves when a batch is settled: killed before that, the whole batch comes again, so
that what is sent must carry the event's id or be harmless twice.

What outcomes mean stands in `pipeline/delivery/outcome.py`. An erasure waits behind nothing of its client:
what stood before it is written down as skipped. While the gate `publish` is closed nothing is given.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pipeline.delivery.gate import Gate, read_gate
from pipeline.delivery.outcome import Outcome
from pipeline.delivery.policy import POLICY, Policy, wait_of
from pipeline.delivery.position import OtherServerError, Position
from pipeline.delivery.pushed_consumer import position_of, state_of
from pipeline.errors import RetryError
from pipeline.warehouse.connection import Connection, Role, Row, Warehouse, one, rows, run

ERASED = "client.erased"
PROBE = 5
"""Events that a consumer is tried with after a rest: enough to meet one that it takes among some that it does not."""
IN_A_ROW = 3
"""Events that fail one after the other, with none taken, before the consumer itself is taken to be down."""
_PAGE = 500


class StaleBatchError(RetryError):
    """Another deliverer settled a batch of this consumer meanwhile."""

    def __init__(self, consumer: str) -> None:
        super().__init__(f"consumer {consumer}", "another deliverer has moved it on meanwhile")


@dataclass(frozen=True, slots=True)
class QueuedEvent:
    """One change of one client, to be brought. attempts: how often it was tried before; place: where it stands in the feed."""

    event_id: str
    client_id: str
    kind: str
    payload: Mapping[str, Any]
    created_at: datetime
    attempts: int
    place: Position
    is_retry: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """What to bring next, oldest first, each client once. start, end: the consumer's place before and after it.

    more: whether asking again at once may give further events. resting_until: the consumer rests, and `events` is empty.
    """

    consumer: str
    events: tuple[QueuedEvent, ...]
    start: Position
    end: Position
    more: bool = False
    gate: Gate = field(default_factory=lambda: Gate(is_open=True))
    resting_until: datetime | None = None
    passed: tuple[QueuedEvent, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Settled:
    """What settling a batch came to, in events. held: will be tried again; parked: wait for a person; untried: come again at once."""

    delivered: int = 0
    held: int = 0
    parked: int = 0
    untried: int = 0
    is_down: bool = False


def next_batch(
    warehouse: Warehouse, consumer: str, limit: int, now: datetime, kinds: Collection[str] | None = None
) -> Batch:
    """What to bring next: events held whose time has come, then new ones; at most `limit`.

    kinds: the consumer hears of these only, None: of all. Raises UnknownConsumerError, OtherServerError.
    """
    with warehouse.transaction(Role.PUBLISHER) as connection:
        server = one(connection, "feed", "server")
        state = state_of(rows(connection, "delivery", "consumer", consumer=consumer), consumer)
        start = position_of(state)
        if start.server != server:
            raise OtherServerError
        if state.paused_until is not None and state.paused_until > now:
            return Batch(consumer, (), start, start, resting_until=state.paused_until)
        if state.failures:
            limit = min(limit, PROBE)
        due = rows(connection, "delivery", "due", consumer=consumer, now=now, limit=limit)
        picked = [_queued(row, server, row.attempts, is_retry=True) for row in due]
        retried = frozenset(event.client_id for event in picked)
        passed: list[QueuedEvent] = []
        end, more = start, len(picked) == limit
        size = limit - len(picked)
        while len(picked) < limit:
            found = rows(
                connection, "delivery", "next",
                consumer=consumer, written_by=str(end.written_by), seq=end.seq, limit=size,
            )  # fmt: skip
            end, more = _pick(found, server, kinds, retried, picked, passed, end, limit)
            if more or len(found) < size:
                break
            size = _PAGE
            if len(passed) >= _PAGE:
                more = True
                break
    # Read after the events: a gate that closed meanwhile holds them back.
    gate = read_gate(warehouse)
    if not gate.is_open:
        return Batch(consumer, (), start, start, gate=gate)
    return Batch(consumer, tuple(picked), start, end, more, gate, None, tuple(passed))


def _pick(
    found: Sequence[Row[Any]],
    server: int,
    kinds: Collection[str] | None,
    retried: Collection[str],
    picked: list[QueuedEvent],
    passed: list[QueuedEvent],
    end: Position,
    limit: int,
) -> tuple[Position, bool]:
    """Sorts events into those to bring and those that wait behind a held one; the place reached, and whether it had to stop there."""
    new = {event.client_id for event in picked if not event.is_retry}
    for row in found:
        event = _queued(row, server, 0, is_retry=False)
        if kinds is None or event.kind in kinds:
            overtakes = event.kind == ERASED
            if len(picked) == limit or event.client_id in new or (overtakes and event.client_id in retried):
                return end, True
            if row.is_held and not overtakes:
                passed.append(event)
            else:
                picked.append(event)
                new.add(event.client_id)
        end = event.place
    return end, False


def settle(
    warehouse: Warehouse, batch: Batch, outcomes: Mapping[str, Outcome], now: datetime, policy: Policy = POLICY
) -> Settled:
    """Writes what became of a batch, by event id, and moves the consumer's place behind it; all in one transaction.

    Raises StaleBatchError where another deliverer was quicker, UnknownConsumerError.
    """
    consumer = batch.consumer
    tried = [(event, outcomes[event.event_id]) for event in batch.events if event.event_id in outcomes]
    delivered = [event for event, outcome in tried if outcome.kind == "delivered"]
    down = _down(tried)
    with warehouse.transaction(Role.PUBLISHER) as connection:
        state = state_of(rows(connection, "delivery", "lock_consumer", consumer=consumer), consumer)
        if position_of(state) != batch.start:
            raise StaleBatchError(consumer)
        accepted_at = now if delivered else state.accepted_at
        _wait(connection, consumer, batch.passed)
        _overtake(connection, consumer, [event for event in batch.events if event.kind == ERASED], now)
        held_count, parked = _hold(connection, batch, outcomes, accepted_at, now, policy)
        _release(connection, consumer, delivered, batch.passed, now)
        if batch.end != batch.start:
            end = batch.end
            run(
                connection, "delivery", "move",
                consumer=consumer, server_id=end.server, written_by=str(end.written_by), seq=end.seq, now=now,
            )  # fmt: skip
        if delivered:
            run(connection, "delivery", "was_reached", consumer=consumer, now=now)
        if down is not None:
            failures = 1 if delivered else state.failures + 1
            rest = wait_of(consumer, failures, policy.first_rest, policy.longest_rest, down.retry_after, policy)
            run(
                connection, "delivery", "pause",
                consumer=consumer, failures=failures, paused_until=now + rest, problem=down.problem, now=now,
            )  # fmt: skip
        elif tried and not delivered:
            run(connection, "delivery", "was_tried", consumer=consumer, now=now)
    return Settled(len(delivered), held_count, parked, len(batch.events) - len(tried), down is not None)


def deliver(
    warehouse: Warehouse,
    consumer: str,
    send: Callable[[QueuedEvent], Outcome],
    now: Callable[[], datetime],
    *,
    kinds: Collection[str] | None = None,
    limit: int = 100,
    policy: Policy = POLICY,
    go_on: Callable[[], bool] = lambda: True,
) -> dict[str, int]:
    """Brings everything that waits, one event after the other; counts of events. Stops when the consumer rests or `go_on` says no.

    The caller holds the consumer (see `held`).
    """
    counts = dict.fromkeys(("delivered", "held", "parked"), 0)
    while go_on():
        batch = next_batch(warehouse, consumer, limit, now(), kinds)
        if not batch.events and batch.start == batch.end:
            break
        outcomes: dict[str, Outcome] = {}
        for event in batch.events:
            outcomes[event.event_id] = send(event)
            if _down([(other, outcomes[other.event_id]) for other in batch.events if other.event_id in outcomes]):
                break
        settled = settle(warehouse, batch, outcomes, now(), policy)
        for name in counts:
            counts[name] += getattr(settled, name)
        if settled.is_down:
            break
    return counts


def _down(tried: Sequence[tuple[QueuedEvent, Outcome]]) -> Outcome | None:
    """The outcome by which the consumer as a whole is seen to be down; None where it is not."""
    for _, outcome in tried:
        if outcome.kind == "unavailable":
            return outcome
    last = [outcome for _, outcome in tried[-IN_A_ROW:]]
    if len(last) == IN_A_ROW and all(outcome.kind == "failed" for outcome in last):
        return last[-1]
    return None


def _hold(
    connection: Connection,
    batch: Batch,
    outcomes: Mapping[str, Outcome],
    accepted_at: datetime | None,
    now: datetime,
    policy: Policy,
) -> tuple[int, int]:
    """Keeps what was not taken; how many will be tried again, and how many were parked."""
    kept = parked = 0
    retried = [UUID(event.client_id) for event in batch.events if event.is_retry]
    since = {
        str(row.client_id): row.first_failed_at
        for row in (
            rows(connection, "delivery", "failing_since", consumer=batch.consumer, client_ids=retried)
            if retried
            else ()
        )
    }
    for event in batch.events:
        outcome = outcomes.get(event.event_id)
        if outcome is not None and outcome.kind == "delivered":
            continue
        counts = outcome is not None and outcome.kind != "unavailable"
        if not counts and event.is_retry:
            continue
        attempts = event.attempts + counts
        due_at = now
        is_parked = False
        problem = ""
        if outcome is not None and counts:
            due_at += wait_of(
                f"{batch.consumer} {event.event_id}",
                attempts,
                policy.first_delay,
                policy.longest_delay,
                outcome.retry_after,
                policy,
            )
            first = since.get(event.client_id) or now
            others_pass = accepted_at is not None and accepted_at >= first
            is_parked = attempts >= policy.tries and (outcome.kind == "refused" or others_pass)
            problem = outcome.problem
            parked += is_parked
            kept += not is_parked
        again = {
            "consumer": batch.consumer, "client_id": event.client_id, "event_id": event.event_id, "attempts": attempts,
            "now": now if counts else None, "due_at": due_at, "parked_at": now if is_parked else None, "problem": problem,
        }  # fmt: skip
        if event.is_retry:
            run(connection, "delivery", "hold_again", **again)
        else:
            place = {"written_by": str(event.place.written_by), "seq": event.place.seq}
            run(connection, "delivery", "hold", **again, **place)
    return kept, parked


def _overtake(connection: Connection, consumer: str, erasures: Sequence[QueuedEvent], now: datetime) -> None:
    if erasures:
        run(
            connection, "delivery", "overtake", consumer=consumer, now=now,
            client_ids=[UUID(event.client_id) for event in erasures], event_ids=[UUID(event.event_id) for event in erasures],
        )  # fmt: skip


def _wait(connection: Connection, consumer: str, passed: Sequence[QueuedEvent]) -> None:
    if passed:
        run(
            connection, "delivery", "wait_behind", consumer=consumer,
            client_ids=[UUID(event.client_id) for event in passed], event_ids=[UUID(event.event_id) for event in passed],
            written_by=[str(event.place.written_by) for event in passed], seq=[event.place.seq for event in passed],
        )  # fmt: skip


def _release(
    connection: Connection,
    consumer: str,
    delivered: Sequence[QueuedEvent],
    passed: Sequence[QueuedEvent],
    now: datetime,
) -> None:
    retried = [event for event in delivered if event.is_retry]
    if retried:
        ids = [UUID(event.event_id) for event in retried]
        run(connection, "delivery", "release_hold", consumer=consumer, event_ids=ids)
    # A person may have skipped the held event since the batch was read: then what waits behind it goes on too.
    going_on = {event.client_id for event in (*retried, *passed)}
    if going_on:
        run(connection, "delivery", "promote", consumer=consumer, client_ids=[UUID(one_) for one_ in going_on], now=now)


def _queued(row: Row[Any], server: int, attempts: int, *, is_retry: bool) -> QueuedEvent:
    place = Position(server, int(row.written_by), row.seq)
    return QueuedEvent(
        str(row.event_id), str(row.client_id), row.kind, row.payload, row.created_at, attempts, place, is_retry
    )
