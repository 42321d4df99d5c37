"""Who may erase: one role, one way, and only in a transaction that says so. By trying."""

import pytest
from sqlalchemy import text

from pipeline.warehouse.connection import Role, Warehouse, WarehouseError

pytestmark = pytest.mark.postgres

ERASING = "set local leadfold.erasing = 'on'; "
EMPTY = "select privacy.empty_records('{1}', '{x}', '{x}', array['x'::bytea], now())"
REFUSED = [
    pytest.param(Role.RESOLVER, ERASING + "update core.outbox set payload = '{}'", id="resolver, an event"),
    pytest.param(Role.RESOLVER, ERASING + "update core.client_history set golden = '{}'", id="resolver, a version"),
    pytest.param(Role.RESOLVER, "update raw.record set body = null, erased_at = now()", id="resolver, a body by itself"),
    pytest.param(Role.RESOLVER, "insert into privacy.erasure (erasure_id) values (gen_random_uuid())", id="resolver, an erasure"),
    pytest.param(Role.RESOLVER, "delete from privacy.tombstone", id="resolver, a tombstone"),
    pytest.param(Role.INGEST, EMPTY, id="ingest, a record"),
    pytest.param(Role.CRM, EMPTY, id="crm, a record"),
    pytest.param(Role.MARKETING, "select * from privacy.suppression", id="marketing, opt-outs"),
    pytest.param(Role.PUBLISHER, "select * from privacy.tombstone", id="publisher, tombstones"),
    pytest.param(Role.PRIVACY, "update core.outbox set payload = '{}'", id="privacy, without saying that it erases"),
    pytest.param(Role.PRIVACY, ERASING + "update core.outbox set kind = kind", id="privacy, another column"),
    pytest.param(Role.PRIVACY, ERASING + "delete from core.client_history", id="privacy, a row"),
    pytest.param(Role.PRIVACY, "delete from privacy.erasure", id="privacy, an erasure"),
    pytest.param(Role.PRIVACY, "delete from privacy.tombstone", id="privacy, a tombstone"),
]  # fmt: skip


@pytest.mark.parametrize(("role", "statement"), REFUSED)
def test_nobody_else_and_in_no_other_way(shared: Warehouse, role: Role, statement: str) -> None:
    with pytest.raises(WarehouseError) as caught, shared.transaction(role) as connection:
        connection.execute(text(statement))
    assert caught.value.code in {"42501", "23000"}


def test_the_privacy_role_may(shared: Warehouse) -> None:
    with shared.transaction(Role.PRIVACY) as connection:
        connection.execute(text(ERASING + "update core.outbox set payload = '{}'"))
        assert connection.execute(text(EMPTY)).scalar() == 0
