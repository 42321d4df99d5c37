"""Databases on the tests' server: each a copy of one that is migrated, gone when it is not needed any more."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import Connection, text

from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.migrate import migrate

_NUMBERS = count()
_TEMPLATE = "leadfold_template"
_CLONES_FROM = 180000
_SETTINGS = {
    # Tests kill processes, never the machine: what a commit promises to a process holds without these.
    "fsync": "off",
    "full_page_writes": "off",
    # A gigabyte of log by default, which lies in memory here.
    "max_wal_size": "'128MB'",
    "min_wal_size": "'32MB'",
}


@contextmanager
def admin(server: embedded.Server) -> Iterator[Connection]:
    """A connection that may create databases."""
    opened = Warehouse.at(server.url("postgres"))
    with opened.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        yield connection
    opened.engine.dispose()


@contextmanager
def server_in(folder: Path) -> Iterator[embedded.Server]:
    """A running embedded server whose files lie in a folder."""
    started = embedded.start(folder)
    with admin(started) as connection:
        for name, value in _settings(connection, folder).items():
            connection.execute(text(f"alter system set {name} = {value}"))
        connection.execute(text("select pg_reload_conf()"))
    yield started
    embedded.stop(folder)


def migrated(server: embedded.Server) -> str:
    """The name of a database with the current schema, to be copied."""
    with admin(server) as connection:
        connection.execute(text(f"create database {_TEMPLATE}"))
    filled = Warehouse.at(server.url(_TEMPLATE))
    migrate(filled)
    filled.engine.dispose()
    return _TEMPLATE


@contextmanager
def copied(server: embedded.Server, template: str) -> Iterator[str]:
    """The name of a copy of a database that nobody is connected to; it goes with the block."""
    name = f"warehouse_{os.getpid()}_{next(_NUMBERS)}"
    with admin(server) as connection:
        connection.execute(text(f"create database {name} template {template} strategy file_copy"))
    yield name
    with admin(server) as connection:
        connection.execute(text(f"drop database {name} with (force)"))


@contextmanager
def fresh_warehouse(server: embedded.Server, template: str) -> Iterator[Warehouse]:
    """A copy of a database, opened."""
    with copied(server, template) as name:
        opened = Warehouse.at(server.url(name))
        yield opened
        opened.engine.dispose()


def _settings(connection: Connection, folder: Path) -> dict[str, str]:
    version = int(connection.execute(text("show server_version_num")).scalar() or 0)
    return _SETTINGS | ({"file_copy_method": "clone"} if version >= _CLONES_FROM and _clones(folder) else {})


def _clones(folder: Path) -> bool:
    """Whether files are copied here without passing through a program, which PostgreSQL does not find out by itself."""
    source, target = folder / "source", folder / "target"
    source.write_bytes(b"x")
    try:
        with source.open("rb") as given, target.open("wb") as taken:
            return os.copy_file_range(given.fileno(), taken.fileno(), 1) == 1
    except (AttributeError, OSError):  # macOS has no such call
        return False
    finally:
        source.unlink()
        target.unlink(missing_ok=True)
