"""One warehouse for all tests of a module that only bring events: emptied before each, which is quicker than a new one."""

import pytest
from sqlalchemy import text

from pipeline.warehouse.connection import Warehouse

_EMPTIED = (
    "ops.delivery_hold", "ops.delivery_waiting", "ops.delivery_skip", "ops.consumer_token", "ops.consumer", "core.outbox",
    "core.client_alias", "core.client", "core.ledger_block", "core.decision",
)  # fmt: skip


@pytest.fixture
def emptied(shared: Warehouse) -> Warehouse:
    """The module's warehouse without events, clients and consumers, its gate open."""
    with shared.transaction(None) as connection:
        connection.execute(text("set local session_replication_role = replica"))
        for table in _EMPTIED:
            connection.execute(text(f"delete from {table}"))
        connection.execute(text("update ops.gate set is_open = true, reason = ''"))
    return shared
