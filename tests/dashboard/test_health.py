"""Small texts of the page Health."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.dashboard.health import consumer_state, counts_text, duration_text, lag_text
from pipeline.dashboard.health_figures import ConsumerHealth, read_health
from pipeline.warehouse.connection import Role, Warehouse, rows
from tests.dashboard.company import BUILT_AT, records


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59, "59 s"), (60, "1 min 00 s"), (125, "2 min 05 s"), (-3, "0 s"), (None, "—")]
)
def test_a_duration_is_in_minutes_and_seconds(seconds: int | None, text: str) -> None:
    finished = None if seconds is None else BUILT_AT + timedelta(seconds=seconds)
    assert duration_text(BUILT_AT, finished) == text


def test_counts_stand_in_the_order_of_their_names() -> None:
    assert counts_text({"pages": 1, "new_leads": 12}) == "new leads 12 · pages 1"
    assert counts_text({}) == "—"


@pytest.mark.parametrize(
    ("lag", "text"),
    [
        (timedelta(seconds=-5), "0 min"),
        (timedelta(minutes=119), "119 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=12), "12 d"),
    ],
    ids=str,
)
def test_how_long_a_source_is_quiet_is_told_in_one_unit(lag: timedelta, text: str) -> None:
    assert lag_text(lag) == text


@pytest.mark.postgres
def test_the_last_record_of_each_source_and_the_queues_are_read_as_marketing(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        records(connection, "telegram", 3)
        records(connection, "a-form", 2)
        connection.exec_driver_sql("insert into core.hub values ('phone', '+48501', 40, 12, 'shared')")
    with warehouse.transaction(Role.MARKETING) as connection:
        lags = [(row.source, row.last_record_at) for row in rows(connection, "review", "source_lag")]
        hubs = [tuple(row) for row in rows(connection, "review", "hub_health")]
    assert lags == [("a-form", BUILT_AT - timedelta(hours=2)), ("telegram", BUILT_AT - timedelta(hours=2))]
    assert hubs == [("phone", 1, 40)]


@pytest.mark.postgres
def test_consumers_and_unworked_leads_are_read_as_marketing(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        connection.exec_driver_sql(
            "insert into ops.consumer (consumer, kind, created_at, seen_at, server_id, written_by, seq, position_at)"
            " values ('shop', 'webhook', now(), now(), 1, '1', 0, now()), ('bi-tool', 'feed', now(), null, null, null, null, null)"
        )
        connection.exec_driver_sql(
            "insert into core.decision (kind, actor_kind, actor, decided_at) values ('mint', 'model', 'm', now())"
        )
        connection.exec_driver_sql(
            "insert into core.outbox (event_id, client_id, kind, payload, decision_id, created_at)"
            " select gen_random_uuid(), gen_random_uuid(), 'client.created', '{}', 1, now() from generate_series(1, 3)"
        )
        connection.exec_driver_sql(
            "insert into ops.delivery_hold (consumer, client_id, event_id, written_by, seq, due_at, parked_at)"
            " select 'shop', client_id, event_id, written_by, seq, now(), now() from core.outbox where seq = 1"
        )
    found = read_health(warehouse)
    assert [(one.consumer, one.behind, one.parked) for one in found.consumers] == [("shop", 4, 1), ("bi-tool", None, 0)]
    assert found.unworked is None


def test_what_keeps_a_consumer_is_told_before_that_it_is_well() -> None:
    well = ConsumerHealth("shop", "webhook", BUILT_AT, 0, None, 0, 0, None, "")
    states = [
        well,
        replace(well, seen_at=None),
        replace(well, problem="the server answers 500"),
        replace(well, problem="the server answers 500", parked=2),
    ]
    assert [consumer_state(one) for one in states] == [
        "✓ takes events", "… never came", "✗ the server answers 500", "✗ a person decides",
    ]  # fmt: skip
