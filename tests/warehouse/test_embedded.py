"""The embedded server: starts once, stops cleanly, survives kill -9, keeps to loopback and to its folder."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from pipeline.warehouse import embedded

pytestmark = pytest.mark.postgres


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pg"


@pytest.fixture(autouse=True)
def _stopped(folder: Path):  # type: ignore[no-untyped-def]
    yield
    embedded.stop(folder)


def test_two_starts_at_once_give_one_server(folder: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(embedded.start, [folder, folder])
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


def test_a_wrong_password_is_refused_and_the_right_one_is_private(folder: Path) -> None:
    server = embedded.start(folder)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.url().replace(server.password, "wrong"))
    assert (folder / "password").stat().st_mode & 0o077 == 0
    assert (folder / "data").stat().st_mode & 0o077 == 0


def test_warehouse_and_airflow_have_a_database_each(folder: Path) -> None:
    server = embedded.start(folder)
    with psycopg.connect(server.url(embedded.AIRFLOW)) as connection:
        assert connection.execute("select current_database()").fetchone() == ("airflow",)


def test_an_interrupted_first_start_is_made_anew(folder: Path) -> None:
    (folder / "data.new").mkdir(parents=True)
    (folder / "data.new" / "PG_VERSION").write_text("18")
    assert embedded.start(folder).pid > 0


def test_another_users_pg_variables_do_not_reach_the_server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGPORT", "1")
    assert embedded.start(folder).port != 1
