"""The embedded server, started once per session, and a fresh warehouse per test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse
from tests.databases import copied, fresh_warehouse, migrated, server_in
from tests.in_memory import in_memory

# A machine that is busy with something else fails no property.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def in_memory_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where servers keep their files; each has a folder below it."""
    with in_memory(otherwise=tmp_path_factory.mktemp("servers")) as folder:
        yield folder


@pytest.fixture(scope="session")
def server(in_memory_folder: Path) -> Iterator[embedded.Server]:
    """One embedded PostgreSQL for the whole session."""
    with server_in(in_memory_folder / "session") as running:
        yield running


@pytest.fixture(scope="session")
def template(server: embedded.Server) -> str:
    """A database with the current schema, to be copied."""
    return migrated(server)


@pytest.fixture
def warehouse_url(server: embedded.Server, template: str) -> Iterator[str]:
    """The URL of a fresh, migrated, empty warehouse; it goes with its test."""
    with copied(server, template) as name:
        yield server.url(name)


@pytest.fixture
def warehouse(warehouse_url: str) -> Iterator[Warehouse]:
    """A fresh, migrated, empty warehouse."""
    opened = Warehouse.at(warehouse_url)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def shared(server: embedded.Server, template: str) -> Iterator[Warehouse]:
    """A fresh, migrated, empty warehouse for all tests of a module."""
    with fresh_warehouse(server, template) as opened:
        yield opened


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout."""
    return Path(__file__).parent.parent
