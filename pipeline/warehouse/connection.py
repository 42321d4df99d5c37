"""Connections to the warehouse: one engine per process, one role per connection.

Driver errors are translated here: what may pass by itself becomes RetryError, what needs a person StopError;
neither holds a value of a row.
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine, Row, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from pipeline.errors import RetryError, StopError
from pipeline.warehouse.statements import statement

__all__ = [
    "Connection",
    "Role",
    "Row",
    "Warehouse",
    "WarehouseError",
    "copy_rows",
    "mapping",
    "one",
    "rows",
    "run",
    "stream",
]


class Role(StrEnum):
    """What a connection may do; each is a group role of sql/schema/90_roles.sql."""

    INGEST = "leadfold_ingest"
    RESOLVER = "leadfold_resolver"
    PUBLISHER = "leadfold_publisher"
    MARKETING = "leadfold_marketing"
    CRM = "leadfold_crm"


class WarehouseError(StopError):
    """The database refused something for good: a broken constraint, a missing right, a missing table."""

    def __init__(self, code: str, constraint: str, message: str) -> None:
        self.code = code
        self.constraint = constraint
        what = f"constraint {constraint}" if constraint else message
        remedy = (
            "run `leadfold db up`, which brings the schema up to date"
            if code in {"42P01", "3F000", "42703"}
            else "this is a fault of the program: please report it"
        )
        super().__init__(f"warehouse: error {code} ({what}); {remedy}")


@dataclass(frozen=True)
class Warehouse:
    """The warehouse database behind a URL (postgresql://…)."""

    engine: Engine

    @classmethod
    def at(cls, url: str) -> "Warehouse":
        """A warehouse at a URL; nothing is connected yet."""
        chosen = make_url(url).set(drivername="postgresql+psycopg")
        return cls(
            create_engine(
                chosen, pool_pre_ping=True, pool_size=5, max_overflow=20, connect_args={"connect_timeout": 10}
            )
        )

    @contextlib.contextmanager
    def transaction(self, role: Role | None) -> Iterator[Connection]:
        """One transaction in a role (None: the owner, for migrations and the privileges test)."""
        with _translated(), self.engine.begin() as connection:
            if role is not None:
                connection.execute(text(f"set local role {role.value}"))
            yield connection


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise RetryError("warehouse", f"the database is unavailable ({type(error.orig).__name__})") from error
    except DBAPIError as error:
        raise _translate(error.orig) from error
    except psycopg.Error as error:  # COPY runs on the driver's own cursor
        raise _translate(error) from error


def _translate(error: BaseException | None) -> RetryError | WarehouseError:
    if not isinstance(error, psycopg.Error):
        return WarehouseError("?", "", type(error).__name__)
    if isinstance(error, psycopg.OperationalError):
        return RetryError("warehouse", f"the database is unavailable ({type(error).__name__})")
    # The message may quote a row; only its kind and the constraint's name are safe to show.
    return WarehouseError(error.sqlstate or "?", error.diag.constraint_name or "", type(error).__name__)


def run(connection: Connection, subject: str, name: str, /, **parameters: Any) -> int:
    """Runs a named statement; the number of rows it touched."""
    return connection.execute(text(statement(subject, name)), parameters).rowcount


def rows(connection: Connection, subject: str, name: str, /, **parameters: Any) -> Sequence[Row[Any]]:
    """All rows of a named query: for results known to be small."""
    return connection.execute(text(statement(subject, name)), parameters).all()


def one(connection: Connection, subject: str, name: str, /, **parameters: Any) -> Any:
    """The first column of the first row of a named query, None where there is no row."""
    return connection.execute(text(statement(subject, name)), parameters).scalar()


def stream(
    connection: Connection, subject: str, name: str, size: int = 2000, /, **parameters: Any
) -> Iterator[Row[Any]]:
    """Rows of a named query through a server-side cursor: memory does not grow with the result."""
    # The option goes to this statement only: set on the connection, it would turn every later write into a cursor too.
    yield from connection.execute(text(statement(subject, name)), parameters, execution_options={"yield_per": size})


def copy_rows(connection: Connection, table: str, columns: Sequence[str], values: Iterable[Sequence[Any]]) -> int:
    """COPY into a table (`temp_name` or `schema.name`); the number of rows written."""
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    target = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    )
    written = 0
    with driver.cursor() as cursor, cursor.copy(target) as copy:
        for row in values:
            copy.write_row(row)
            written += 1
    return written


def mapping(row: Row[Any]) -> Mapping[str, Any]:
    """A row as a dict from column names."""
    return dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way to read a row by name
