"""One warehouse for all tests of a module: they read what one company, or one transaction, wrote."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text

from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Role, Warehouse

Read = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def shared(server: embedded.Server, template: str, request: pytest.FixtureRequest) -> Iterator[Warehouse]:
    """A migrated, empty warehouse."""
    name = f"{request.module.__name__.rpartition('.')[2]}_{os.getpid()}"
    admin = Warehouse.at(server.url("postgres")).engine.execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name} template {template} strategy file_copy"))
    opened = Warehouse.at(server.url(name))
    yield opened
    opened.engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"drop database {name} with (force)"))
    admin.dispose()


@pytest.fixture(scope="module")
def read(shared: Warehouse) -> Read:
    """Rows of a query, as marketing."""

    def _read(sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        with shared.transaction(Role.MARKETING) as connection:
            return [tuple(row) for row in connection.execute(text(sql), parameters)]

    return _read
