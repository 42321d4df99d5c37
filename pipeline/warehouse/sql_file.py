"""Files of sql/marts and sql/checks: one statement a file, called by the file's name, values bound as `:name`."""

from collections.abc import Iterable
from functools import cache
from typing import Any, Literal

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from pipeline.warehouse.connection import run
from pipeline.warehouse.statements import sql_folder

__all__ = ["Connection", "Folder", "failing", "file_names", "holds_within", "run_file"]

_CANCELED = "57014"
Folder = Literal["marts", "checks"]


def file_names(folder: Folder) -> tuple[str, ...]:
    """Names of the folder's files, in order."""
    return tuple(sorted(path.stem for path in (sql_folder() / folder).glob("*.sql")))


@cache
def _statement(folder: Folder, name: str) -> str:
    return (sql_folder() / folder / f"{name}.sql").read_text(encoding="utf-8").strip().rstrip(";")


def run_file(connection: Connection, folder: Folder, name: str, /, **parameters: Any) -> int:
    """Runs a file's statement; the number of rows it touched."""
    return connection.execute(text(_statement(folder, name)), parameters).rowcount


def failing(connection: Connection, name: str, shown: int, /, **parameters: Any) -> tuple[int, tuple[str, ...]]:
    """What a check of sql/checks finds: how many rows, and the first `shown` subjects (its column `subject`)."""
    query = f"select count(*) over (), subject from (\n{_statement('checks', name)}\n) as failing order by subject limit :shown"  # noqa: S608 - our own file, no value in it
    found: Iterable[Any] = connection.execute(text(query), {"shown": shown, **parameters}).all()
    return max((row[0] for row in found), default=0), tuple(str(row[1]) for row in found)


def holds_within(connection: Connection, name: str, seconds: float) -> bool | None:
    """Whether a check of sql/checks finds nothing; None where that takes longer. The caller's transaction goes on either way."""
    savepoint = connection.begin_nested()
    try:
        run(connection, "quality", "limit_statements", milliseconds=str(max(int(seconds * 1000), 1)))
        return not failing(connection, name, 1)[0]
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _CANCELED:
            raise
        return None
    finally:
        savepoint.rollback()  # and with it the limit; a check writes nothing
