"""Every run of a step leaves a row: when, how it ended, and its counts."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime

from pipeline.errors import LeadfoldError
from pipeline.warehouse.connection import Role, Warehouse, one, run


@contextlib.contextmanager
def recorded(
    warehouse: Warehouse, step: str, now: Callable[[], datetime], source: str | None = None, role: Role = Role.RESOLVER
) -> Iterator[dict[str, int]]:
    """Gives a dict to fill with counts, and writes the run with them, also when the step fails.

    The error kept is a LeadfoldError's own sentence, or just the type of any other: those may quote a value.
    """
    counts: dict[str, int] = {}
    with warehouse.transaction(role) as connection:
        run_id = one(connection, "runs", "begin", step=step, source=source, now=now())
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
                    run(connection, "runs", "count", run_id=run_id, names=list(counts), values=list(counts.values()))
        except LeadfoldError:
            if error is None:  # else what went wrong first is what the caller must hear
                raise
