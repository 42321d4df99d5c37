"""Events brought to a consumer: order per client, back-off, parking, and a consumer that is down."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from pipeline.delivery import queue
from pipeline.delivery.outcome import DELIVERED, Outcome, failed, refused, unavailable
from pipeline.delivery.parked import parked_events, retry_parked, skip_event
from pipeline.delivery.policy import Policy
from pipeline.delivery.position import OtherServerError
from pipeline.delivery.pushed_consumer import Start, UnknownConsumerError, WrongKindError, add_consumer, held, rewind
from pipeline.delivery.queue import QueuedEvent, StaleBatchError, deliver, next_batch, settle
from pipeline.warehouse.connection import Role, Warehouse
from tests.delivery.outbox import NOW, client_id, close_gate, write_change

pytestmark = pytest.mark.postgres

NAME = "crm"
POLICY = Policy(tries=3, first_delay=timedelta(seconds=60), longest_delay=timedelta(minutes=10))
LATER = NOW + timedelta(days=1)


@pytest.fixture
def warehouse(emptied: Warehouse) -> Warehouse:
    """No test here alters the database itself."""
    return emptied


class Consumer:
    """A consumer that answers as it is told to, and remembers what it took."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.taken: list[str] = []
        self.tried: list[str] = []
        self.answer: Callable[[QueuedEvent], Outcome] = lambda _event: DELIVERED
        add_consumer(warehouse, NAME, "crm", "first", NOW)

    def send(self, event: QueuedEvent) -> Outcome:
        self.tried.append(event.event_id)
        outcome = self.answer(event)
        if outcome.kind == "delivered":
            self.taken.append(event.event_id)
        return outcome

    def deliver(self, now: datetime = NOW, limit: int = 100) -> dict[str, int]:
        return deliver(self.warehouse, NAME, self.send, lambda: now, limit=limit, policy=POLICY)

    def refuse(self, *clients: int, outcome: Outcome | None = None) -> None:
        bad = {client_id(number) for number in clients}
        self.answer = lambda event: outcome or refused("answered 400") if event.client_id in bad else DELIVERED


@pytest.fixture
def consumer(warehouse: Warehouse) -> Consumer:
    return Consumer(warehouse)


def changes(warehouse: Warehouse, *pairs: tuple[int, int], kind: str = "client.updated") -> list[str]:
    """Events of (client, version), written one transaction each."""
    written = []
    for number, version in pairs:
        with warehouse.transaction(None) as connection:
            written.append(write_change(connection, number, kind, version))
    return written


def held_rows(warehouse: Warehouse) -> tuple[int, int]:
    with warehouse.transaction(None) as connection:
        return tuple(connection.execute(text(
            "select (select count(*) from ops.delivery_hold), (select count(*) from ops.delivery_waiting)"
        )).one())  # type: ignore[return-value]  # fmt: skip


def test_everything_is_brought_in_order(warehouse: Warehouse, consumer: Consumer) -> None:
    written = changes(warehouse, (1, 1), (2, 1), (1, 2), (3, 1), (1, 3))
    assert consumer.deliver() == {"delivered": 5, "held": 0, "parked": 0}
    assert consumer.taken == written
    assert consumer.deliver() == {"delivered": 0, "held": 0, "parked": 0}


def test_a_batch_holds_each_client_once(warehouse: Warehouse, consumer: Consumer) -> None:
    changes(warehouse, (1, 1), (2, 1), (1, 2))
    batch = next_batch(warehouse, NAME, 10, NOW)
    assert [event.client_id for event in batch.events] == [client_id(1), client_id(2)]
    assert batch.more


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_a_refused_event_holds_its_client_and_no_other(warehouse: Warehouse, consumer: Consumer, limit: int) -> None:
    first, *others = changes(warehouse, (1, 1), (2, 1), (1, 2), (3, 1), (2, 2))
    consumer.refuse(1)
    consumer.deliver(limit=limit)
    assert consumer.taken == [others[0], others[2], others[3]]
    consumer.refuse()
    assert consumer.deliver(NOW, limit)["delivered"] == 0  # not before its time
    consumer.deliver(LATER, limit)
    assert consumer.taken[3:] == [first, others[1]]
    assert held_rows(warehouse) == (0, 0)


def test_events_that_come_while_a_client_is_held_wait_in_order(warehouse: Warehouse, consumer: Consumer) -> None:
    written = changes(warehouse, (1, 1))
    consumer.refuse(1)
    consumer.deliver()
    written += changes(warehouse, (1, 2), (1, 3))
    consumer.deliver()
    assert held_rows(warehouse) == (1, 2)
    consumer.refuse()
    written += changes(warehouse, (1, 4))
    consumer.deliver(LATER)
    assert consumer.taken == written


def test_waits_double_and_the_last_try_parks(warehouse: Warehouse, consumer: Consumer) -> None:
    changes(warehouse, (1, 1))
    consumer.refuse(1)
    moment, tries = NOW, []
    for _ in range(40):
        before = len(consumer.tried)
        consumer.deliver(moment)
        if len(consumer.tried) > before:
            tries.append((moment - NOW).total_seconds())
        moment += timedelta(seconds=10)
    assert len(tries) == POLICY.tries
    assert 30 <= tries[1] <= 70
    assert 60 <= tries[2] - tries[1] <= 130
    (parked,) = parked_events(warehouse)
    assert (parked.consumer, parked.attempts, parked.problem, parked.behind) == (NAME, 3, "answered 400", 0)


def park(consumer: Consumer) -> None:
    """Client 1 is refused until its event is parked."""
    consumer.refuse(1)
    for day in range(POLICY.tries):
        consumer.deliver(NOW + timedelta(days=day))
    consumer.refuse()


def test_a_parked_event_stops_its_client_only_until_it_is_retried(warehouse: Warehouse, consumer: Consumer) -> None:
    written = changes(warehouse, (1, 1), (1, 2))
    park(consumer)
    other = changes(warehouse, (2, 1))
    consumer.deliver(LATER + timedelta(days=9))
    assert consumer.taken == other
    assert retry_parked(warehouse, NAME, None, LATER) == 1
    consumer.deliver(LATER)
    assert consumer.taken == other + written


def test_a_skipped_event_is_on_record_and_lets_its_client_go_on(warehouse: Warehouse, consumer: Consumer) -> None:
    first, second = changes(warehouse, (1, 1), (1, 2))
    park(consumer)
    assert skip_event(warehouse, NAME, UUID(first), "broken card", LATER)
    assert not skip_event(warehouse, NAME, UUID(first), "broken card", LATER)
    consumer.deliver(LATER)
    assert consumer.taken == [second]
    with warehouse.transaction(Role.PUBLISHER) as connection:
        assert connection.execute(text("select event_id::text, reason from ops.delivery_skip")).all() == [
            (first, "broken card")
        ]


def test_an_event_skipped_while_it_is_tried_does_not_come_back(warehouse: Warehouse, consumer: Consumer) -> None:
    first, second = changes(warehouse, (1, 1), (1, 2))
    park(consumer)
    retry_parked(warehouse, NAME, None, LATER)
    batch = next_batch(warehouse, NAME, 10, LATER)
    skip_event(warehouse, NAME, UUID(first), "meanwhile", LATER)
    settle(warehouse, batch, {first: refused("answered 400")}, LATER)
    consumer.deliver(LATER)
    assert consumer.taken == [second]


@pytest.mark.parametrize(
    ("outcome", "parks"), [(refused("answered 422"), True), (failed("answered 500"), False)], ids=["refused", "failed"]
)
def test_a_consumer_that_takes_nothing_parks_only_what_it_refuses(
    warehouse: Warehouse, consumer: Consumer, outcome: Outcome, parks: bool
) -> None:
    changes(warehouse, (1, 1))
    consumer.refuse(1, outcome=outcome)
    for day in range(POLICY.tries + 2):
        consumer.deliver(NOW + timedelta(days=day))
    assert bool(parked_events(warehouse)) is parks


def test_a_failing_event_is_parked_when_others_pass(warehouse: Warehouse, consumer: Consumer) -> None:
    consumer.refuse(1, outcome=failed("answered 500"))
    for day in range(POLICY.tries):
        changes(warehouse, *([(1, 1)] if not day else []), (2 + day, 1))
        consumer.deliver(NOW + timedelta(days=day))
    assert [event.client_id for event in parked_events(warehouse)] == [client_id(1)]


def test_a_consumer_that_is_down_rests_and_loses_nothing(warehouse: Warehouse, consumer: Consumer) -> None:
    written = changes(warehouse, *((number % 7, number) for number in range(1, 41)))
    consumer.answer = lambda _event: unavailable("does not answer")
    for hour in range(24):
        consumer.deliver(NOW + timedelta(hours=hour))
    assert len(consumer.tried) == 24  # one event each time
    assert sum(held_rows(warehouse)) <= 7
    consumer.answer = lambda _event: DELIVERED
    consumer.deliver(LATER)
    assert sorted(consumer.taken) == sorted(written)
    assert in_order(consumer.taken)
    assert parked_events(warehouse) == ()


def in_order(events: Sequence[str]) -> bool:
    """Whether each client's versions only grow; `write_change` makes event ids of client and version."""
    newest: dict[int, int] = {}
    for event in events:
        number, version = divmod(UUID(event).int, 1000)
        if newest.get(number, 0) >= version:
            return False
        newest[number] = version
    return True


def test_a_consumer_that_fails_at_everything_is_left_alone_too(warehouse: Warehouse, consumer: Consumer) -> None:
    changes(warehouse, *((number, 1) for number in range(1, 31)))
    consumer.answer = lambda _event: failed("answered 500")
    consumer.deliver()
    assert len(consumer.tried) == queue.IN_A_ROW
    consumer.deliver()
    assert len(consumer.tried) == queue.IN_A_ROW  # it rests
    consumer.answer = lambda _event: DELIVERED
    consumer.deliver(LATER)
    assert len(set(consumer.taken)) == 30


def test_some_bad_events_do_not_keep_a_consumer_down(warehouse: Warehouse, consumer: Consumer) -> None:
    changes(warehouse, *((number, 1) for number in range(1, 31)))
    consumer.refuse(1, 2, 3, 4, outcome=failed("answered 500"))
    for minute in range(0, 60, 5):
        consumer.deliver(NOW + timedelta(minutes=minute))
    assert len(consumer.taken) == 26


def test_a_rest_is_as_long_as_the_consumer_asks(warehouse: Warehouse, consumer: Consumer) -> None:
    changes(warehouse, (1, 1))
    consumer.answer = lambda _event: unavailable("answered 429", timedelta(hours=2))
    consumer.deliver()
    assert next_batch(warehouse, NAME, 1, NOW).resting_until == NOW + timedelta(hours=2)


def test_a_batch_that_was_never_settled_comes_again(warehouse: Warehouse, consumer: Consumer) -> None:
    written = changes(warehouse, (1, 1), (2, 1))
    assert next_batch(warehouse, NAME, 10, NOW) == next_batch(warehouse, NAME, 10, NOW)
    consumer.deliver()
    assert consumer.taken == written


def test_events_without_an_outcome_come_again_at_once(warehouse: Warehouse, consumer: Consumer) -> None:
    written = changes(warehouse, (1, 1), (2, 1), (3, 1))
    batch = next_batch(warehouse, NAME, 10, NOW)
    settled = settle(warehouse, batch, {written[1]: DELIVERED}, NOW)
    assert (settled.delivered, settled.untried) == (1, 2)
    consumer.deliver()
    assert consumer.taken == [written[0], written[2]]


def test_a_second_deliverer_cannot_settle_the_same_batch(warehouse: Warehouse, consumer: Consumer) -> None:
    changes(warehouse, (1, 1))
    batch = next_batch(warehouse, NAME, 10, NOW)
    settle(warehouse, batch, {}, NOW)
    with pytest.raises(StaleBatchError):
        settle(warehouse, batch, {}, NOW)


def test_one_deliverer_at_a_time(warehouse: Warehouse) -> None:
    with held(warehouse, NAME) as mine, held(warehouse, NAME) as second:
        assert (mine, second) == (True, False)
    with held(warehouse, NAME) as again:
        assert again


def test_an_erasure_overtakes_what_its_client_waits_for(warehouse: Warehouse, consumer: Consumer) -> None:
    changes(warehouse, (1, 1), (1, 2), (2, 1))
    park(consumer)
    changes(warehouse, (1, 3))
    erased = changes(warehouse, (1, 4), kind="client.erased")
    consumer.taken.clear()
    consumer.deliver(LATER)
    assert consumer.taken == erased
    assert held_rows(warehouse) == (0, 0)
    with warehouse.transaction(Role.PUBLISHER) as connection:
        skipped = connection.execute(text("select reason, count(*) from ops.delivery_skip group by reason")).all()
    assert skipped == [("erased", 3)]


def test_an_erasure_that_is_not_taken_is_held_itself(warehouse: Warehouse, consumer: Consumer) -> None:
    erased = changes(warehouse, (1, 1)) and changes(warehouse, (1, 2), kind="client.erased")
    consumer.refuse(1)
    consumer.deliver()
    consumer.deliver(LATER)
    consumer.refuse()
    consumer.deliver(LATER + timedelta(days=1))
    assert consumer.taken == erased


def test_kinds_that_a_consumer_does_not_hear_of_are_stepped_over(warehouse: Warehouse, consumer: Consumer) -> None:
    changes(warehouse, (1, 1), (2, 1))
    merged = changes(warehouse, (3, 1), kind="client.merged")
    deliver(warehouse, NAME, consumer.send, lambda: NOW, kinds={"client.merged"})
    assert consumer.taken == merged
    assert next_batch(warehouse, NAME, 10, NOW).events == ()


def test_a_closed_gate_gives_nothing(warehouse: Warehouse, consumer: Consumer) -> None:
    changes(warehouse, (1, 1))
    with warehouse.transaction(None) as connection:
        close_gate(connection)
    assert consumer.deliver()["delivered"] == 0
    assert not next_batch(warehouse, NAME, 10, NOW).gate.is_open


def test_a_slow_transaction_is_not_stepped_over(warehouse: Warehouse, consumer: Consumer) -> None:
    with warehouse.engine.connect() as slow:
        first = write_change(slow, 1)
        second = changes(warehouse, (2, 1))
        consumer.deliver()
        assert consumer.taken == []
        slow.commit()
    consumer.deliver()
    assert consumer.taken == [first, *second]


@pytest.mark.parametrize(("start", "expected"), [("first", 2), ("now", 1)])
def test_a_consumer_starts_where_it_is_told(warehouse: Warehouse, start: Start, expected: int) -> None:
    changes(warehouse, (1, 1))
    add_consumer(warehouse, NAME, "webhook", start, NOW)
    changes(warehouse, (2, 1))
    add_consumer(warehouse, NAME, "webhook", "now", NOW)  # known: keeps its place
    assert len(next_batch(warehouse, NAME, 10, NOW).events) == expected


def test_a_consumer_that_lost_its_data_starts_again(warehouse: Warehouse, consumer: Consumer) -> None:
    written = changes(warehouse, (1, 1), (2, 1))
    consumer.refuse(1)
    consumer.deliver()
    consumer.refuse()
    consumer.taken.clear()
    rewind(warehouse, NAME, "first", NOW)
    consumer.deliver()
    assert consumer.taken == written


def test_a_name_belongs_to_one_kind(warehouse: Warehouse, consumer: Consumer) -> None:
    with pytest.raises(WrongKindError, match="the name is taken"):
        add_consumer(warehouse, NAME, "webhook", "now", NOW)


def test_a_consumer_that_nobody_knows_is_one_clear_error(warehouse: Warehouse) -> None:
    with pytest.raises(UnknownConsumerError, match="leadfold consumers"):
        next_batch(warehouse, "nobody", 10, NOW)


def test_a_moved_database_stops_with_a_sentence(warehouse: Warehouse, consumer: Consumer) -> None:
    with warehouse.transaction(None) as connection:
        connection.execute(text("update ops.consumer set server_id = server_id - 1"))
    with pytest.raises(OtherServerError):
        next_batch(warehouse, NAME, 10, NOW)
