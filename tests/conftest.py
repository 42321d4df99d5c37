"""The embedded server, started once per session, and a fresh warehouse per test."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.migrate import migrate

_NUMBERS = count()
_TEMPLATE = "leadfold_template"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Server]:
    """One embedded PostgreSQL for the whole session."""
    folder = tmp_path_factory.mktemp("pg")
    yield embedded.start(folder)
    embedded.stop(folder)


@pytest.fixture(scope="session")
def template(server: embedded.Server) -> str:
    """A database with the current schema, to be copied."""
    admin = Warehouse.at(server.url("postgres")).engine.execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {_TEMPLATE}"))
    filled = Warehouse.at(server.url(_TEMPLATE))
    migrate(filled)
    filled.engine.dispose()
    admin.dispose()
    return _TEMPLATE


@pytest.fixture
def warehouse_url(server: embedded.Server, template: str) -> str:
    """The URL of a fresh, migrated, empty warehouse."""
    name = f"warehouse_{os.getpid()}_{next(_NUMBERS)}"
    admin = Warehouse.at(server.url("postgres")).engine.execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name} template {template} strategy file_copy"))
    admin.dispose()
    return server.url(name)


@pytest.fixture
def warehouse(warehouse_url: str) -> Iterator[Warehouse]:
    """A fresh, migrated, empty warehouse."""
    opened = Warehouse.at(warehouse_url)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout."""
    return Path(__file__).parent.parent
