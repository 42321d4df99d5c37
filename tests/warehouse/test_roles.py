"""Least privilege, by trying: what each role may not do is refused by the server itself."""

import pytest
from sqlalchemy import text

from pipeline.warehouse.connection import Role, Warehouse, WarehouseError

pytestmark = pytest.mark.postgres

HISTORY = {"raw.record": "source", "core.decision": "actor", "core.client_history": "version", "core.outbox": "kind"}
PERSONAL = ("raw.record", "core.lead", "core.client", "core.client_history", "core.outbox", "ops.quarantine")


def _assert_refused(warehouse: Warehouse, role: Role | None, statement: str) -> None:
    with pytest.raises(WarehouseError) as caught, warehouse.transaction(role) as connection:
        connection.execute(text(statement))
    assert caught.value.code in {"42501", "23000"}, caught.value


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("table", HISTORY)
@pytest.mark.parametrize("verb", ["update {} set {} = {}", "delete from {}", "truncate {} cascade"])
def test_no_role_may_change_history(shared: Warehouse, role: Role, table: str, verb: str) -> None:
    _assert_refused(shared, role, verb.format(table, HISTORY[table], HISTORY[table]))


@pytest.mark.parametrize("table", ["core.decision", "core.client_history", "core.outbox"])
@pytest.mark.parametrize("verb", ["update {} set {} = {}", "delete from {}", "truncate {} cascade"])
def test_even_the_owner_is_stopped_by_a_trigger(shared: Warehouse, table: str, verb: str) -> None:
    _assert_refused(shared, None, verb.format(table, HISTORY[table], HISTORY[table]))


def test_even_the_owner_may_only_erase_a_raw_body(warehouse: Warehouse) -> None:
    insert = """insert into raw.record (source, external_id, group_key, content_hash, body, media_type, received_at)
                values ('s', '1', '1', decode(repeat('00', 16), 'hex'), 'x', 'text/plain', now())"""
    with warehouse.transaction(None) as connection:
        connection.execute(text(insert))
    _assert_refused(warehouse, None, "delete from raw.record")
    _assert_refused(warehouse, None, "update raw.record set source = 'other'")
    with warehouse.transaction(None) as connection:
        connection.execute(text("update raw.record set body = null, erased_at = now()"))
    _assert_refused(warehouse, None, "update raw.record set body = 'y', erased_at = null")


@pytest.mark.parametrize("table", PERSONAL)
@pytest.mark.parametrize("role", [Role.MARKETING, Role.CRM])
def test_readers_see_no_table_with_personal_data(shared: Warehouse, role: Role, table: str) -> None:
    _assert_refused(shared, role, f"select * from {table}")


@pytest.mark.parametrize("table", ["core.client", "core.lead", "core.decision", "mart.client"])
def test_ingest_reads_nothing_of_clients(shared: Warehouse, table: str) -> None:
    _assert_refused(shared, Role.INGEST, f"select * from {table}")


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.MARKETING, "select * from mart.cost_per_channel_campaign_day"),
        (Role.CRM, "select * from feed.client"),
        (Role.CRM, "select * from feed.event"),
        (Role.PUBLISHER, "select * from ops.gate"),
        (Role.INGEST, "select * from ops.cursor"),
        (Role.RESOLVER, "select * from core.lead"),
    ],
)
def test_each_role_may_do_its_own_work(shared: Warehouse, role: Role, allowed: str) -> None:
    with shared.transaction(role) as connection:
        assert len(connection.execute(text(allowed)).all()) <= 1


def test_the_crm_writes_nothing(shared: Warehouse) -> None:
    _assert_refused(shared, Role.CRM, "insert into core.client_alias values (gen_random_uuid(), gen_random_uuid(), 1)")
    _assert_refused(shared, Role.MARKETING, "delete from mart.client")
