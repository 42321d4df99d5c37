"""A task is one function of pipeline.steps in a workspace of its own: counts come out, errors leave without data."""

import logging
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from airflow.sdk import Asset, task

from dags.connections import connection_password
from dags.quiet import quieten
from pipeline.errors import LeadfoldError

log = logging.getLogger(__name__)


class UnexpectedError(LeadfoldError):
    """A fault outside our tree of errors. Its text may quote a record, so only its kind and place are kept."""

    def __init__(self, kind: str, place: str) -> None:
        self.kind = kind
        self.place = place
        super().__init__(f"{place}: unexpected {kind}; this is a fault of the program, please report it")


def step(name: str, *arguments: str, task_id: str | None = None, outlets: Sequence[Asset] = ()) -> Any:
    """A task that runs pipeline.steps.<name>(workspace, *arguments); its XCom is the step's counts."""
    return task(run_step, task_id=task_id or name, multiple_outputs=False, outlets=list(outlets))(name, *arguments)


def run_step(name: str, *arguments: str) -> dict[str, int]:
    """Runs one step; its counts. Raises only errors that hold no data: LeadfoldError without its causes."""
    quieten()
    with _without_data():
        from pipeline import steps
        from pipeline.workspace import open_workspace

        workspace = open_workspace(elsewhere=connection_password)
        try:
            counts = {key: int(value) for key, value in getattr(steps, name)(workspace, *arguments).items()}
        finally:
            workspace.warehouse.engine.dispose()
    log.info("%s %s", " ".join((name, *arguments)), " ".join(f"{key}={value}" for key, value in counts.items()))
    return counts


@contextmanager
def _without_data() -> Iterator[None]:
    """Airflow logs an error with all its causes, and a driver's error quotes the row it refused."""
    try:
        yield
    except LeadfoldError as error:
        raise error from None
    except Exception as error:  # noqa: BLE001 - whatever it is, Airflow would log its text
        raise UnexpectedError(type(error).__name__, _places(error.__traceback__)) from None


def _places(trace: TracebackType | None) -> str:
    """Where an error came from, innermost last: files and lines of ours, else the last one."""
    frames = traceback.extract_tb(trace)
    ours = [frame for frame in frames if "/pipeline/" in frame.filename or "/dedup/" in frame.filename]
    return " > ".join(f"{_short(frame.filename)}:{frame.lineno}" for frame in (ours or frames[-1:]))


def _short(filename: str) -> str:
    parts = filename.rsplit("/", 3)
    return "/".join(parts[-2:])
