"""A run tells how it ended, and never hides why."""

import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from pipeline.errors import ConfigError, LeadfoldError
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.runs import recorded
from tests.company import NOW, select

pytestmark = pytest.mark.postgres


def test_the_first_error_is_told_also_when_the_run_cannot_be_written(warehouse: Warehouse) -> None:
    def failing() -> None:
        with recorded(warehouse, "conform", lambda: NOW):
            with warehouse.transaction(None) as connection:
                connection.execute(text("alter table ops.run rename to gone"))
            raise ConfigError("place", "problem", "remedy")

    with pytest.raises(ConfigError, match="problem"):
        failing()


def test_a_run_that_cannot_be_written_is_no_success(warehouse: Warehouse) -> None:
    def succeeding() -> None:
        with recorded(warehouse, "conform", lambda: NOW), warehouse.transaction(None) as connection:
            connection.execute(text("alter table ops.run rename to gone"))

    with pytest.raises(LeadfoldError):
        succeeding()


def test_of_a_foreign_error_only_its_kind_is_kept(warehouse: Warehouse) -> None:
    def failing() -> None:
        with recorded(warehouse, "conform", lambda: NOW):
            raise ValueError("Anna Wiśniewska")

    with pytest.raises(ValueError, match="Anna"):
        failing()
    assert select(warehouse, "select state, error from ops.run") == [("failed", "ValueError")]


KILLED = """
import time
from datetime import UTC, datetime
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.runs import recorded
with recorded(Warehouse.at({url!r}), "conform", lambda: datetime(2026, 1, 1, tzinfo=UTC)):
    print("running", flush=True)
    time.sleep(60)
"""
STATES = "select step, state from mart.source_health order by step"


def _until(warehouse: Warehouse, query: str, wanted: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """What a query gives once it gives what is wanted, or after some seconds: a server needs a moment to see a connection go."""
    for _ in range(100):
        if (found := select(warehouse, query)) == wanted:
            break
        time.sleep(0.05)
    return found


def test_a_run_that_was_killed_is_shown_and_closed_as_killed(warehouse: Warehouse, warehouse_url: str) -> None:
    process = subprocess.Popen([sys.executable, "-c", KILLED.format(url=warehouse_url)], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"running\n"
        with recorded(warehouse, "fold", lambda: NOW):
            assert select(warehouse, STATES) == [("conform", "running"), ("fold", "running")]
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    assert _until(warehouse, STATES, [("conform", "killed"), ("fold", "succeeded")]) == [
        ("conform", "killed"), ("fold", "succeeded"),
    ]  # fmt: skip
    with recorded(warehouse, "fold", lambda: NOW + timedelta(hours=1)):
        pass
    assert select(warehouse, "select state, finished_at, error is not null from ops.run where step = 'conform'") == [
        ("killed", NOW + timedelta(hours=1), True)
    ]


def test_a_run_whose_connection_broke_tells_its_end_by_another(warehouse: Warehouse) -> None:
    with recorded(warehouse, "conform", lambda: NOW):
        broken = "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = 720551301"
        assert select(warehouse, broken) == [(True,)]
    assert select(warehouse, "select state from ops.run") == [("succeeded",)]
