"""Connections to the warehouse: one engine per process, one role per connection.

Driver errors are translated here: what may pass by itself becomes RetryError, what needs a person StopError;
neither holds a value of a row.
"""

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import chain, islice
from typing import Any

import orjson
import psycopg
from psycopg import sql
from psycopg.types.json import set_json_loads
from sqlalchemy import Connection, Engine, Row, create_engine, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from pipeline.errors import RetryError, StopError
from pipeline.warehouse.in_turn import InTurn, in_turn
from pipeline.warehouse.statements import statement

__all__ = [
    "Connection",
    "DatabaseRefusedError",
    "Role",
    "Row",
    "Warehouse",
    "WarehouseError",
    "copied_column",
    "copy_lines",
    "copy_rows",
    "mapping",
    "one",
    "rows",
    "run",
    "run_behind",
    "stream",
    "translated",
    "tuples",
    "turn_of",
    "writing_behind",
]

# A third of the time of the standard reader, on every row with a jsonb column.
set_json_loads(orjson.loads)


class Role(StrEnum):
    """What a connection may do; each is a group role of sql/schema/90_roles.sql."""

    INGEST = "leadfold_ingest"
    RESOLVER = "leadfold_resolver"
    PUBLISHER = "leadfold_publisher"
    MARKETING = "leadfold_marketing"
    CRM = "leadfold_crm"
    PRIVACY = "leadfold_privacy"


class WarehouseError(StopError):
    """The database refused something for good: a broken constraint, a missing right, a missing table."""

    def __init__(self, code: str, constraint: str, message: str) -> None:
        self.code = code
        self.constraint = constraint
        what = f"constraint {constraint}" if constraint else message
        remedy = _REMEDIES.get(code, "this is a fault of the program: please report it")
        super().__init__(f"warehouse: error {code} ({what}); {remedy}")

    @property
    def is_of_a_row(self) -> bool:
        """Whether a value or a row is to blame (SQLSTATE classes 21, 22, 23), not the schema or a right."""
        return self.code[:2] in {"21", "22", "23"}


_MIGRATE = "run `leadfold db up`, which brings the schema up to date"
_REMEDIES = {
    "42P01": _MIGRATE,
    "3F000": _MIGRATE,
    "42703": _MIGRATE,
    "42501": "as a superuser, grant the user of DATABASE_URL the database and, with `grant … to … with admin option`, the "
    "roles leadfold_ingest, leadfold_resolver, leadfold_publisher, leadfold_marketing, leadfold_crm and leadfold_privacy",
}


class DatabaseRefusedError(StopError):
    """The server answers, and does not let us in. It answers in its own language: in others than English it is a RetryError."""

    def __init__(self) -> None:
        super().__init__(
            "warehouse: the server does not know this user, password or database; check DATABASE_URL "
            "(special characters of a password are written as %XX)"
        )


_REFUSED = re.compile(r"authentication failed|(?:role|database) \".*\" does not exist|no password supplied")


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
                chosen, pool_pre_ping=True, pool_size=5, max_overflow=20, connect_args={"connect_timeout": 10},
                # A lock is taken first and the rows behind it read after: another level would read them as they were before it.
                isolation_level="READ COMMITTED",
                hide_parameters=True,  # they are rows of people
            )
        )  # fmt: skip

    @contextlib.contextmanager
    def transaction(self, role: Role | None) -> Iterator[Connection]:
        """One transaction in a role (None: the owner, for migrations and the privileges test)."""
        with translated(), self.engine.begin() as connection:
            # The server may keep another zone; times that leave this room are UTC.
            connection.execute(text("set local timezone to 'UTC'" + (f"; set local role {role.value}" if role else "")))
            yield connection


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turns the driver's errors into ours. Their texts quote rows (DETAIL, CONTEXT), so that they are not kept as a cause."""
    try:
        yield
    except DBAPIError as error:
        raise _translate(error.orig) from None
    except psycopg.Error as error:  # COPY runs on the driver's own cursor
        raise _translate(error) from None


def _translate(error: BaseException | None) -> RetryError | WarehouseError | DatabaseRefusedError:
    if not isinstance(error, psycopg.Error):
        return WarehouseError("?", "", type(error).__name__)
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        if error.sqlstate is None and _REFUSED.search(str(error)):
            return DatabaseRefusedError()
        return RetryError("warehouse", f"the database is unavailable ({type(error).__name__})")
    # The message may quote a row; only its kind and the constraint's name are safe to show.
    # What the driver refuses before it sends it (a NUL in text) has no code of the server's.
    code = error.sqlstate or ("22000" if isinstance(error, psycopg.DataError) else "?")
    return WarehouseError(code, error.diag.constraint_name or "", type(error).__name__)


def run(connection: Connection, subject: str, name: str, /, **parameters: Any) -> int:
    """Runs a named statement; the number of rows it touched."""
    return _free(connection).execute(text(statement(subject, name)), parameters).rowcount


def run_behind(connection: Connection, subject: str, name: str, /, **parameters: Any) -> None:
    """Runs a named statement; behind the caller's back where it is in `writing_behind`."""
    turn = turn_of(connection)
    if turn is None:
        run(connection, subject, name, **parameters)
    else:
        turn.give(run, connection, subject, name, **parameters)


def rows(connection: Connection, subject: str, name: str, /, **parameters: Any) -> Sequence[Row[Any]]:
    """All rows of a named query: for results known to be small."""
    return _free(connection).execute(text(statement(subject, name)), parameters).all()


def tuples(connection: Connection, subject: str, name: str, /, **parameters: Any) -> list[tuple[Any, ...]]:
    """All rows of a named query as the driver gives them, in its binary form: for a batch of bodies, a third of what `rows` costs."""
    with _driver(_free(connection)).cursor(binary=True) as cursor:
        return cursor.execute(_in_drivers_words(subject, name), parameters).fetchall()


@cache
def _in_drivers_words(subject: str, name: str) -> bytes:
    dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]  # SQLAlchemy types no dialect's constructor
    return str(text(statement(subject, name)).compile(dialect=dialect)).encode()


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    return driver


def one(connection: Connection, subject: str, name: str, /, **parameters: Any) -> Any:
    """The first column of the first row of a named query, None where there is no row."""
    return _free(connection).execute(text(statement(subject, name)), parameters).scalar()


def stream(
    connection: Connection, subject: str, name: str, size: int = 2000, /, **parameters: Any
) -> Iterator[Row[Any]]:
    """Rows of a named query through a server-side cursor: memory does not grow with the result."""
    # The option goes to this statement only: set on the connection, it would turn every later write into a cursor too.
    free = _free(connection)
    yield from free.execute(text(statement(subject, name)), parameters, execution_options={"yield_per": size})


def copy_rows(connection: Connection, table: str, columns: Sequence[str], values: Iterable[Sequence[Any]]) -> int:
    """COPY into a table (`temp_name` or `schema.name`); the number of rows written."""
    written = 0
    with _copy(_free(connection), table, columns) as copy:
        for row in values:
            copy.write_row(row)
            written += 1
    return written


def copy_lines(connection: Connection, table: str, columns: Sequence[str], lines: Iterable[str]) -> None:
    """COPY into a table of lines that are ready: values with a tab between, texts of people's by `copied_column`, a line end behind.
    Several times faster than `copy_rows`."""
    rest = iter(lines)

    def parts() -> Iterator[str]:
        while part := "".join(islice(rest, _LINES_AT_ONCE)):
            yield part

    _copy_parts(connection, table, columns, parts())


def copy_columns(connection: Connection, table: str, columns: Mapping[str, Sequence[str]]) -> None:
    """The same of columns of equal length, each value as a line of `copy_lines` has it; nothing where there is no column."""
    if not columns:
        return
    rest = map("\t".join, zip(*columns.values(), strict=True))

    def parts() -> Iterator[str]:
        while part := list(islice(rest, _LINES_AT_ONCE)):
            yield "\n".join((*part, ""))

    _copy_parts(connection, table, tuple(columns), parts())


_LINES_AT_ONCE = 100
"""More of them at once leave the processor's caches."""

_LETTERS_BEHIND = 16 * 1024 * 1024
"""Letters of a COPY that may wait for their turn; a longer one is written as it is made, so that memory does not grow with it."""


def _copy_parts(connection: Connection, table: str, columns: Sequence[str], parts: Iterator[str]) -> None:
    turn = turn_of(connection)
    first: list[str] = []
    letters = 0
    while turn is not None and letters < _LETTERS_BEHIND and (part := next(parts, None)) is not None:
        first.append(part)
        letters += len(part)
    if turn is None or letters >= _LETTERS_BEHIND:
        with _copy(_free(connection), table, columns) as copy:
            for part in chain(first, parts):
                copy.write(part)
    else:
        turn.give(_copy_whole, connection, table, columns, "".join(first).encode())


def _copy_whole(connection: Connection, table: str, columns: Sequence[str], lines: bytes) -> None:
    with _copy(connection, table, columns) as copy:
        copy.write(lines)  # at once: for each part the thread would wait for the interpreter


def copied_column(values: Sequence[str]) -> Sequence[str]:
    """Texts, as many as there are rows, as a line of `copy_lines` has each. Escaped together: most columns have nothing to escape."""
    column = "\t".join(values)
    if column.count("\t") >= len(values):
        return [_escaped(value).replace("\t", "\\t") for value in values]
    escaped = _escaped(column)
    return values if escaped == column else escaped.split("\t")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")


@contextlib.contextmanager
def _copy(connection: Connection, table: str, columns: Sequence[str]) -> Iterator[psycopg.Copy]:
    target = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    )
    with _driver(connection).cursor() as cursor, cursor.copy(target) as copy:
        yield copy


@contextlib.contextmanager
def writing_behind(connection: Connection) -> Iterator[None]:
    """Within the block what is copied, and what is run by `run_behind`, is written by a thread while the caller goes on; whatever else is
    asked of the connection waits for it. All is written, or an error raised, when the block is left."""
    with in_turn() as turn:
        connection.info[_TURN] = turn
        try:
            yield
        finally:
            del connection.info[_TURN]


_TURN = "leadfold writes behind"


def turn_of(connection: Connection) -> InTurn | None:
    """Who writes behind the caller's back on this connection; None outside of `writing_behind`."""
    turn: InTurn | None = connection.info.get(_TURN)
    return turn


def _free(connection: Connection) -> Connection:
    """The connection when nothing is written behind."""
    turn = turn_of(connection)
    if turn is not None:
        turn.wait()
    return connection


def mapping(row: Row[Any]) -> Mapping[str, Any]:
    """A row as a dict from column names."""
    return dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way to read a row by name
