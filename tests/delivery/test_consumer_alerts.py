"""A person is told once of a consumer that needs one, and again only when it had passed."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from pipeline.delivery.consumer_alerts import tell_of_consumers
from pipeline.delivery.outcome import DELIVERED, refused, unavailable
from pipeline.delivery.parked import retry_parked
from pipeline.delivery.policy import Policy
from pipeline.delivery.pushed_consumer import add_consumer
from pipeline.delivery.queue import deliver
from pipeline.warehouse.connection import Warehouse
from tests.delivery.outbox import NOW, write_change

pytestmark = pytest.mark.postgres

SIX_HOURS = timedelta(hours=6)
ONCE = Policy(tries=1)


@pytest.fixture
def warehouse(emptied: Warehouse) -> Warehouse:
    """No test here alters the database itself."""
    return emptied


@pytest.fixture
def told(warehouse: Warehouse) -> list[Mapping[str, Any]]:
    add_consumer(warehouse, "hook", "webhook", "first", NOW)
    with warehouse.transaction(None) as connection:
        write_change(connection, 1)
    return []


def test_parked_events_are_told_of_once(warehouse: Warehouse, told: list[Mapping[str, Any]]) -> None:
    deliver(warehouse, "hook", lambda _event: refused("answered 400"), lambda: NOW, policy=ONCE)
    for _ in range(3):
        tell_of_consumers(warehouse, told.append, SIX_HOURS, NOW)
    assert [message["parked"] for message in told] == [1]
    assert told[0]["text"] == "Leadfold, consumer hook: 1 event(s) are parked, see `leadfold consumers parked`"
    retry_parked(warehouse, "hook", None, NOW)
    tell_of_consumers(warehouse, told.append, SIX_HOURS, NOW)
    deliver(warehouse, "hook", lambda _event: refused("answered 400"), lambda: NOW, policy=ONCE)
    tell_of_consumers(warehouse, told.append, SIX_HOURS, NOW)
    assert len(told) == 2


def test_a_consumer_that_does_not_come_along_is_told_of_once(
    warehouse: Warehouse, told: list[Mapping[str, Any]]
) -> None:
    deliver(warehouse, "hook", lambda _event: unavailable("answered 503"), lambda: NOW)
    for hours in (1, 5.9, 6.5, 8, 30):
        tell_of_consumers(warehouse, told.append, SIX_HOURS, NOW + timedelta(hours=hours))
    assert [message["text"] for message in told] == [
        "Leadfold, consumer hook: 1 event(s) behind, the oldest for 6.5 h (answered 503)"
    ]
    later = NOW + timedelta(hours=31)
    deliver(warehouse, "hook", lambda _event: DELIVERED, lambda: later)
    assert tell_of_consumers(warehouse, told.append, SIX_HOURS, later) == 0
    with warehouse.transaction(None) as connection:
        write_change(connection, 2)
    assert tell_of_consumers(warehouse, told.append, SIX_HOURS, later) == 1


def test_a_consumer_that_never_said_how_far_it_is_raises_no_alarm(
    warehouse: Warehouse, told: list[Mapping[str, Any]]
) -> None:
    deliver(warehouse, "hook", lambda _event: DELIVERED, lambda: NOW)
    with warehouse.transaction(None) as connection:
        connection.exec_driver_sql(
            "insert into ops.consumer (consumer, kind, created_at) values ('crm', 'feed', now())"
        )
    assert tell_of_consumers(warehouse, told.append, SIX_HOURS, NOW + timedelta(days=9)) == 0
