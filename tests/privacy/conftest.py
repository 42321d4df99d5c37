"""A warehouse that tests of one module may share: they leave it as it was."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse


@pytest.fixture(scope="module")
def one_warehouse(server: embedded.Server, template: str) -> Iterator[Warehouse]:
    """An empty warehouse, once per module."""
    admin = Warehouse.at(server.url("postgres")).engine.execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database one_warehouse template {template} strategy file_copy"))
    opened = Warehouse.at(server.url("one_warehouse"))
    yield opened
    opened.engine.dispose()
    with admin.connect() as connection:
        connection.execute(text("drop database one_warehouse with (force)"))
    admin.dispose()
