"""A state folder whose services are stopped after the test; a database of its own for Airflow."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline.services.process import down
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    down(tmp_path, lambda _: None, grace=0.5)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def empty_database(server: embedded.Server) -> str:
    """The URL of a database without a table; Airflow cannot share the warehouse's, both keep `alembic_version`."""
    name = f"empty_{os.getpid()}_{time.monotonic_ns()}"
    admin = Warehouse.at(server.url("postgres")).engine.execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name}"))
    admin.dispose()
    return server.url(name)
