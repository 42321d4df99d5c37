"""Every run of a step leaves a row: when, how it ended, and its counts. One whose process is gone is closed as killed by the next run."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pipeline.errors import LeadfoldError
from pipeline.warehouse.connection import Role, Warehouse, one, run, translated


@contextlib.contextmanager
def recorded(
    warehouse: Warehouse, step: str, now: Callable[[], datetime], source: str | None = None, role: Role = Role.RESOLVER
) -> Iterator[dict[str, int]]:
    """Gives a dict to fill with counts, and writes the run with them, also when the step fails.

    The error kept is a LeadfoldError's own sentence, or just the type of any other: those may quote a value.
    """
    counts: dict[str, int] = {}
    with _alive(warehouse, step, now(), source, role) as run_id:
        error: str | None = None
        state = "failed"
        try:
            yield counts
            state = "succeeded"
        except LeadfoldError as problem:
            error = str(problem)
            raise
        except BaseException as problem:
            error = type(problem).__name__
            raise
        finally:
            try:
                with warehouse.transaction(role) as connection:
                    run(connection, "runs", "finish", run_id=run_id, now=now(), state=state, error=error)
                    if counts:
                        told = {"names": list(counts), "values": list(counts.values())}
                        run(connection, "runs", "count", run_id=run_id, **told)
            except LeadfoldError:
                if error is None:  # else what went wrong first is what the caller must hear
                    raise


@contextlib.contextmanager
def _alive(warehouse: Warehouse, step: str, now: datetime, source: str | None, role: Role) -> Iterator[int]:
    """Begins a run and holds the lock of its number on a connection of its own, which the server lets go however the process ends.

    Runs that nobody holds any more are closed first. The lock is taken before the row can be seen.
    """
    with translated():
        connection = warehouse.engine.connect()
    with connection:
        with translated(), connection.begin():
            connection.execute(text(f"set local role {role.value}"))
            run(connection, "runs", "close_killed", now=now)
            run_id = int(one(connection, "runs", "begin", step=step, source=source, now=now))
            one(connection, "runs", "hold", run_id=run_id)
        try:
            yield run_id
        finally:
            # Where the connection is gone, the server has let the lock go by itself.
            with contextlib.suppress(DBAPIError), connection.begin():
                one(connection, "runs", "release", run_id=run_id)
