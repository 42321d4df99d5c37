"""Tables of other people's databases: a PBX's `cdr` is read, the demo company's is written."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import URL, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from pipeline.errors import MissingExtraError, RetryError, SourceRefusedError
from pipeline.warehouse.statements import statement

DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mysql+pymysql"}  # fmt: skip
"""What a URL may begin with, without a driver of its own, and the driver that is taken."""
MYSQL_REFUSALS = frozenset({1044, 1045, 1049, 1054, 1142, 1143, 1698})
"""Errors of rights, names and passwords that MySQL counts among the operational ones; waiting helps none of them."""


def read_rows(url: str, name: str, parameters: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Rows of a named query of sql/queries/foreign.sql. Raises SourceRefusedError or RetryError; `url` is never shown."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            result = connection.execution_options(stream_results=True, yield_per=1000).execute(
                text(statement("foreign", name)), parameters
            )
            for row in result:
                yield row._mapping  # noqa: SLF001 - SQLAlchemy's documented way to read a row by name
    except OperationalError as error:
        if _mysql_code(error) in MYSQL_REFUSALS:
            raise SourceRefusedError(
                name,
                f"the source's database refused (MySQL error {_mysql_code(error)})",
                "check the user, the password, the database's name and the right to read the table",
            ) from error
        raise RetryError(name, f"the source's database is unavailable ({type(error.orig).__name__})") from error
    except ProgrammingError as error:
        raise SourceRefusedError(
            name,
            f"the source's database refused the query ({type(error.orig).__name__})",
            "check that its table and columns exist",
        ) from error


def write_rows(url: str, name: str, values: Iterable[Mapping[str, Any]]) -> None:
    """Runs a named statement of sql/queries/foreign.sql once per mapping (once with none given), in one transaction."""
    batch = [dict(value) for value in values]
    with _engine(url).begin() as connection:
        if batch:
            connection.execute(text(statement("foreign", name)), batch)
        else:
            connection.execute(text(statement("foreign", name)))


def _mysql_code(error: OperationalError) -> int:
    """The number of a MySQL error, 0 for another database's."""
    arguments = getattr(error.orig, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else 0


def _engine(url: str) -> Any:
    parsed = _parsed(url)
    try:
        # The zone of the connection makes no difference: the tables' times carry none.
        return create_engine(parsed, poolclass=NullPool, connect_args={"connect_timeout": 10})
    except ModuleNotFoundError as error:
        raise MissingExtraError("a table in MySQL or MariaDB", "mysql") from error


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    driver = DRIVERS.get(parsed.drivername.partition("+")[0]) if parsed is not None else None
    if parsed is None or driver is None:
        raise SourceRefusedError(
            "database",
            "the URL is not one of a database that can be read",
            "write it as postgresql://user:password@host:port/name or mysql://user:password@host:port/name",
        )
    parsed = parsed.set(drivername=driver)
    return parsed.update_query_dict({"charset": "utf8mb4"}) if driver == "mysql+pymysql" else parsed
