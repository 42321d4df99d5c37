"""One warehouse for all tests of a module that only bring events: emptied before each, which is quicker than a new one."""

import os
from collections.abc import Iterator
from itertools import count

import pytest
from sqlalchemy import text

from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse

_NAMES = count(1)
_EMPTIED = (
    "ops.delivery_hold", "ops.delivery_waiting", "ops.delivery_skip", "ops.consumer_token", "ops.consumer", "core.outbox",
    "core.client_alias", "core.client", "core.ledger_block", "core.decision",
)  # fmt: skip


@pytest.fixture(scope="module")
def of_the_module(server: embedded.Server, template: str) -> Iterator[Warehouse]:
    """A migrated warehouse that lives as long as the module's tests."""
    admin = Warehouse.at(server.url("postgres"))
    name = f"delivery_{os.getpid()}_{next(_NAMES)}"
    with admin.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"create database {name} template {template} strategy file_copy"))
        opened = Warehouse.at(server.url(name))
        yield opened
        opened.engine.dispose()
        connection.execute(text(f"drop database {name} with (force)"))
    admin.engine.dispose()


@pytest.fixture
def emptied(of_the_module: Warehouse) -> Warehouse:
    """The module's warehouse without events, clients and consumers, its gate open."""
    with of_the_module.transaction(None) as connection:
        connection.execute(text("set local session_replication_role = replica"))
        for table in _EMPTIED:
            connection.execute(text(f"delete from {table}"))
        connection.execute(text("update ops.gate set is_open = true, reason = ''"))
    return of_the_module
