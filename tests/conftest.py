"""The embedded server, started once per session, and a fresh warehouse per test."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.migrate import migrate

_NUMBERS = count()
_TEMPLATE = "leadfold_template"
# Tests kill processes, never the machine: what a commit promises to a process holds without these, ten times as fast.
_NOT_FOR_A_POWER_CUT = ("fsync", "full_page_writes")


@contextmanager
def _admin(server: embedded.Server) -> Iterator[Connection]:
    """A connection that may create databases."""
    opened = Warehouse.at(server.url("postgres"))
    with opened.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        yield connection
    opened.engine.dispose()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Server]:
    """One embedded PostgreSQL for the whole session."""
    folder = tmp_path_factory.mktemp("pg")
    started = embedded.start(folder)
    with _admin(started) as connection:
        for setting in _NOT_FOR_A_POWER_CUT:
            connection.execute(text(f"alter system set {setting} = off"))
        connection.execute(text("select pg_reload_conf()"))
    yield started
    embedded.stop(folder)


@pytest.fixture(scope="session")
def template(server: embedded.Server) -> str:
    """A database with the current schema, to be copied."""
    with _admin(server) as connection:
        connection.execute(text(f"create database {_TEMPLATE}"))
    filled = Warehouse.at(server.url(_TEMPLATE))
    migrate(filled)
    filled.engine.dispose()
    return _TEMPLATE


@pytest.fixture
def warehouse_url(server: embedded.Server, template: str) -> Iterator[str]:
    """The URL of a fresh, migrated, empty warehouse; it goes with its test, before its megabytes reach the disk."""
    name = f"warehouse_{os.getpid()}_{next(_NUMBERS)}"
    with _admin(server) as connection:
        connection.execute(text(f"create database {name} template {template} strategy file_copy"))
    yield server.url(name)
    with _admin(server) as connection:
        connection.execute(text(f"drop database {name} with (force)"))


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
