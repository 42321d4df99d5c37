"""Tables of other people's databases: a PBX's `cdr` is read, the demo company's is written."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from pipeline.errors import RetryError, SourceRefusedError
from pipeline.warehouse.statements import statement


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


def _engine(url: str) -> Any:
    try:
        return create_engine(
            make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool, connect_args={"connect_timeout": 10}
        )
    except ArgumentError as error:
        raise SourceRefusedError(
            "database", "the URL is not a database URL", "write it as postgresql://user:password@host:port/name"
        ) from error
