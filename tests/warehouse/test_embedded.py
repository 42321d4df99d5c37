"""The embedded server: starts once, stops cleanly, survives kill -9, keeps to loopback and to its folder."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import psycopg
import pytest

from pipeline.warehouse import embedded

pytestmark = pytest.mark.postgres


_NUMBERS = count()


@pytest.fixture
def empty(in_memory_folder: Path) -> Iterator[Path]:
    """A folder in which no server was ever made."""
    folder = in_memory_folder / f"own-{next(_NUMBERS)}"
    yield folder
    embedded.stop(folder)


@pytest.fixture(scope="module")
def made(in_memory_folder: Path) -> Path:
    """The folder of a server that was made once and stopped."""
    folder = in_memory_folder / "made"
    embedded.start(folder)
    embedded.stop(folder)
    return folder


@pytest.fixture
def folder(made: Path, empty: Path) -> Path:
    """As after a first start, which is most of a test's time; a copy, owners and rights kept."""
    subprocess.run(["cp", "-a", made, empty], check=True)
    (empty / "port").unlink()
    return empty


def test_two_starts_at_once_give_one_server(empty: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(embedded.start, [empty, empty])
    assert first == second


def test_committed_rows_survive_kill_9_and_uncommitted_do_not(folder: Path) -> None:
    server = embedded.start(folder)
    connection = psycopg.connect(server.url())
    connection.execute("create table kept (n int)")
    connection.execute("insert into kept values (1)")
    connection.commit()
    connection.execute("insert into kept values (2)")
    os.kill(server.pid, signal.SIGKILL)
    time.sleep(0.2)
    again = embedded.start(folder)
    with psycopg.connect(again.url()) as after:
        assert after.execute("select n from kept").fetchall() == [(1,)]
    connection.close()


def test_stop_is_clean_and_start_keeps_the_port(folder: Path) -> None:
    server = embedded.start(folder)
    assert embedded.stop(folder)
    assert embedded.running(folder) is None
    assert not embedded.stop(folder)
    assert embedded.start(folder).port == server.port
    assert "not properly shut down" not in (folder / "log").read_text()


def test_a_wrong_password_is_refused_and_the_right_one_is_private(made: Path, folder: Path) -> None:
    server = embedded.start(folder)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.url().replace(server.password, "wrong"))
    assert (made / "password").stat().st_mode & 0o077 == 0
    assert (made / "data").stat().st_mode & 0o077 == 0


def test_warehouse_and_airflow_have_a_database_each(folder: Path) -> None:
    server = embedded.start(folder)
    with psycopg.connect(server.url(embedded.AIRFLOW)) as connection:
        assert connection.execute("select current_database()").fetchone() == ("airflow",)


def test_an_interrupted_first_start_is_made_anew(empty: Path) -> None:
    (empty / "data.new").mkdir(parents=True)
    (empty / "data.new" / "PG_VERSION").write_text("18")
    assert embedded.start(empty).pid > 0


def test_another_users_pg_variables_do_not_reach_the_server(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGPORT", "1")
    assert embedded.start(empty).port != 1


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_a_process_that_ended_and_was_not_collected_is_not_alive() -> None:
    script = "import os, time\npid = os.fork()\npid or os._exit(0)\nprint(pid, flush=True)\ntime.sleep(60)"
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        deadline = time.monotonic() + 10
        while embedded._is_alive(child) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert Path(f"/proc/{child}").exists()
        assert not embedded._is_alive(child)
        assert embedded._is_alive(parent.pid)
    finally:
        parent.kill()
        parent.wait()
