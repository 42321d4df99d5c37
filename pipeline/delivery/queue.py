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

What an outcome means:

- DELIVERED: the consumer has taken it (or has no use for it, which is for the connector to say).
- refused(problem): the consumer read the event and will not have it. It is tried again after a while that doubles each time,
  and parked after `Policy.tries`: a person retries or skips it. Later events of its client wait, other clients go on.
- failed(problem): nobody knows whose fault it is. The same, but parked only once the consumer has taken another event since
  this one failed first: a consumer that takes nothing at all parks nothing.
- unavailable(problem, retry_after): the consumer as a whole does not answer, asks to wait, or does not know us. It rests;
  nothing counts against its events, and the place does not run ahead: a consumer that is down for a day costs no memory.

`problem` is kept and shown: a status, a code, a field's name; never a value. An erasure waits behind nothing of its client:
what stood before it is written down as skipped. While the gate `publish` is closed nothing is given.
"""

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Literal
from uuid import UUID

from pipeline.delivery.feed import Gate, OtherServerError, Position, read_gate
from pipeline.errors import RetryError, StopError
from pipeline.warehouse.connection import Connection, Role, Row, Warehouse, one, rows, run
from pipeline.warehouse.session_lock import session_lock

ERASED = "client.erased"
PROBE = 5
"""Events that a consumer is tried with after a rest: enough to meet one that it takes among some that it does not."""
IN_A_ROW = 3
"""Events that fail one after the other, with none taken, before the consumer itself is taken to be down."""
_PAGE = 500

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


class StaleBatchError(RetryError):
    """Another deliverer settled a batch of this consumer meanwhile."""

    def __init__(self, consumer: str) -> None:
        super().__init__(f"consumer {consumer}", "another deliverer has moved it on meanwhile")


@dataclass(frozen=True, slots=True)
class Policy:
    """When an event is tried again: after first_delay, doubled each time up to longest_delay, until it has been tried `tries`
    times. A consumer that does not answer rests between first_rest and longest_rest. Each wait is shortened by up to half,
    by a number that follows from the event, so that many do not come back at one moment."""

    tries: int = 10
    first_delay: timedelta = timedelta(seconds=30)
    longest_delay: timedelta = timedelta(hours=1)
    first_rest: timedelta = timedelta(seconds=10)
    longest_rest: timedelta = timedelta(minutes=10)
    longest_asked: timedelta = timedelta(days=1)


POLICY = Policy()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one event; see the module's text. retry_after: the least wait that the consumer asked for."""

    kind: Literal["delivered", "refused", "failed", "unavailable"]
    problem: str = ""
    retry_after: timedelta | None = None


DELIVERED = Outcome("delivered")


def refused(problem: str) -> Outcome:
    """The consumer read the event and will not have it."""
    return Outcome("refused", problem)


def failed(problem: str, retry_after: timedelta | None = None) -> Outcome:
    """The event was not taken, and nobody knows whose fault it is."""
    return Outcome("failed", problem, retry_after)


def unavailable(problem: str, retry_after: timedelta | None = None) -> Outcome:
    """The consumer as a whole cannot be served now."""
    return Outcome("unavailable", problem, retry_after)


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
    server = one(connection, "feed", "server")
    last = rows(connection, "feed", "last_position") if start == "now" else ()
    return Position(server, int(last[0].written_by), last[0].seq) if last else Position(server)


def next_batch(
    warehouse: Warehouse, consumer: str, limit: int, now: datetime, kinds: Collection[str] | None = None
) -> Batch:
    """What to bring next: events held whose time has come, then new ones; at most `limit`.

    kinds: the consumer hears of these only, None: of all. Raises UnknownConsumerError, OtherServerError.
    """
    with warehouse.transaction(Role.PUBLISHER) as connection:
        server = one(connection, "feed", "server")
        state = _state(rows(connection, "delivery", "consumer", consumer=consumer), consumer)
        start = _place(state)
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
        state = _state(rows(connection, "delivery", "lock_consumer", consumer=consumer), consumer)
        if _place(state) != batch.start:
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
            rest = _wait_of(consumer, failures, policy.first_rest, policy.longest_rest, down.retry_after, policy)
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
            due_at += _wait_of(
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


def _wait_of(
    what: str, times: int, first: timedelta, longest: timedelta, asked: timedelta | None, policy: Policy
) -> timedelta:
    whole = min(first * (1 << min(times - 1, 30)), longest)
    spread = int.from_bytes(blake2b(f"{what} {times}".encode(), digest_size=4).digest()) / 2**32
    wait = whole * (0.5 + spread / 2)
    return max(wait, min(asked, policy.longest_asked)) if asked is not None else wait


def _state(found: Sequence[Row[Any]], consumer: str) -> Row[Any]:
    if not found or found[0].seq is None:
        raise UnknownConsumerError(consumer)
    return found[0]


def _place(state: Row[Any]) -> Position:
    return Position(state.server_id, int(state.written_by), state.seq)


def _queued(row: Row[Any], server: int, attempts: int, *, is_retry: bool) -> QueuedEvent:
    place = Position(server, int(row.written_by), row.seq)
    return QueuedEvent(
        str(row.event_id), str(row.client_id), row.kind, row.payload, row.created_at, attempts, place, is_retry
    )


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
        _state(rows(connection, "delivery", "lock_consumer", consumer=consumer), consumer)
        asked = str(event_id) if event_id is not None else None
        return int(one(connection, "delivery", "retry", consumer=consumer, event_id=asked, now=now))


def skip_event(warehouse: Warehouse, consumer: str, event_id: UUID, reason: str, now: datetime) -> bool:
    """Lets a held event go for good, with the reason on record, and its client's later events on; False where it is not held."""
    with warehouse.transaction(Role.PUBLISHER) as connection:
        _state(rows(connection, "delivery", "lock_consumer", consumer=consumer), consumer)
        gone = rows(connection, "delivery", "skip", consumer=consumer, event_id=str(event_id), reason=reason, now=now)
        clients = [row.client_id for row in gone]
        if clients:
            run(connection, "delivery", "promote", consumer=consumer, client_ids=clients, now=now)
    return bool(clients)


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


@dataclass(frozen=True, slots=True)
class Receipt:
    """Whether a consumer has taken an event; None: it never told how far it has come."""

    consumer: str
    kind: str
    has_taken: bool | None


def receipts(connection: Connection, event_id: UUID) -> Iterator[Receipt]:
    """Which of the consumers that read the feed have taken an event, e.g. a client's erasure. For leadfold_publisher or _resolver."""
    for row in rows(connection, "delivery", "receipts", event_id=str(event_id)):
        yield Receipt(row.consumer, row.kind, row.has_taken)
