"""Landing: bodies unchanged, cursor in the same transaction, redelivery changes nothing, nothing is missed by the count."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from pipeline.errors import RetryError
from pipeline.lead import RawRecord
from pipeline.sources.page import Landed, Page
from pipeline.warehouse.connection import Role, Warehouse, WarehouseError
from pipeline.warehouse.landing import count_new, cursor_of, held, land

pytestmark = pytest.mark.postgres
NOW = datetime(2026, 8, 1, tzinfo=UTC)


def record(external_id: str = "1", body: bytes = b"body", **transport: str) -> RawRecord:
    return RawRecord(
        source="site", external_id=external_id, group_key=external_id, body=body, media_type="text/plain", received_at=NOW,
        transport=transport,
    )  # fmt: skip


def page(*records: RawRecord, at: int | None = None) -> Page:
    return Page(source="site", records=records, cursor=None if at is None else {"at": at})


def test_a_page_and_its_cursor_land_together(warehouse: Warehouse) -> None:
    assert land(warehouse, page(record("1"), record("2"), at=2), NOW) == Landed(new=2, redelivered=0)
    assert cursor_of(warehouse, "site") == {"at": 2}


def test_a_redelivery_changes_nothing(warehouse: Warehouse) -> None:
    land(warehouse, page(record("1")), NOW)
    assert land(warehouse, page(record("1"), record("1")), NOW) == Landed(new=0, redelivered=2)


def test_another_body_under_the_same_id_is_another_record(warehouse: Warehouse) -> None:
    land(warehouse, page(record("1", b"one")), NOW)
    assert land(warehouse, page(record("1", b"two")), NOW).new == 1


def test_a_webhook_leaves_the_cursor_where_it_is(warehouse: Warehouse) -> None:
    land(warehouse, page(record("1"), at=1), NOW)
    land(warehouse, page(record("2")), NOW)
    assert cursor_of(warehouse, "site") == {"at": 1}


def test_when_a_record_cannot_land_the_cursor_does_not_move(warehouse: Warehouse) -> None:
    land(warehouse, page(at=1), NOW)
    with warehouse.transaction(None) as connection:
        connection.execute(text("alter table raw.record add constraint no_two check (external_id <> 'two')"))
    with pytest.raises(WarehouseError, match="constraint no_two"):
        land(warehouse, page(record("one"), record("two"), at=2), NOW)
    assert cursor_of(warehouse, "site") == {"at": 1}
    assert count_new(warehouse, "site", lambda: NOW) == 0


@given(body=st.binary(max_size=200), external_id=st.text(max_size=20), fact=st.text(max_size=20))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_body_lands_byte_for_byte(warehouse: Warehouse, body: bytes, external_id: str, fact: str) -> None:
    given_record = record(external_id, body, query=fact)
    land(warehouse, page(given_record), NOW)
    with warehouse.transaction(Role.RESOLVER) as connection:
        found = connection.execute(
            text("select body from raw.record where content_hash = :hash limit 1"), {"hash": given_record.content_hash}
        )
        assert found.scalar() == body


def test_what_landed_since_the_last_count_is_told_once(warehouse: Warehouse) -> None:
    land(warehouse, page(record("1"), record("2")), NOW)
    assert [count_new(warehouse, "site", lambda: NOW) for _ in range(2)] == [2, 0]


def test_a_source_is_held_by_one_puller_at_a_time(warehouse: Warehouse) -> None:
    with held(warehouse, "site") as first, held(warehouse, "site") as second, held(warehouse, "other") as other:
        assert (first, second, other) == (True, False, True)
    with held(warehouse, "site") as again:
        assert again


def test_an_unreachable_database_is_an_error_to_retry(warehouse_url: str) -> None:
    nowhere = Warehouse.at(warehouse_url.rsplit("@", 1)[0] + "@127.0.0.1:1/none")
    with pytest.raises(RetryError, match="the database is unavailable"):
        land(nowhere, page(record("1")), NOW)
