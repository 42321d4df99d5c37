"""A lock that outlives transactions: held by a connection of its own, let go when the block ends or the connection is lost."""

import contextlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pipeline.warehouse.connection import Warehouse, translated
from pipeline.warehouse.statements import statement


@contextlib.contextmanager
def session_lock(warehouse: Warehouse, subject: str, take: str, release: str, /, **parameters: Any) -> Iterator[bool]:
    """Takes the lock by one named statement and gives it back by another; False where another session holds it."""
    with translated():
        connection = warehouse.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    with connection:
        with translated():
            mine = bool(connection.execute(text(statement(subject, take)), parameters).scalar())
        try:
            yield mine
        finally:
            if mine:
                # Where the connection is gone, the server has let the lock go by itself.
                with contextlib.suppress(DBAPIError):
                    connection.execute(text(statement(subject, release)), parameters)
