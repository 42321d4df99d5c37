"""Starting, finding and stopping, with real processes."""

import os
import signal
from pathlib import Path

import pytest

from pipeline.services.probe import says_in_log
from pipeline.services.process import down, is_running, log_of, up
from pipeline.services.service import ServiceError
from tests.services.programs import DEAF, PARENT, SLEEPER, is_alive, pids, program


def test_what_was_started_runs_and_is_told(folder: Path, told: list[str]) -> None:
    up(folder, [program("a", SLEEPER), program("b", SLEEPER)], told.append)
    assert all(pid and is_alive(pid) for pid in pids(folder).values())
    assert [line.split()[:2] for line in told] == [["a", "up"], ["b", "up"]]


def test_a_second_up_finds_what_runs(folder: Path, told: list[str]) -> None:
    up(folder, [program("a", SLEEPER)], told.append)
    first = pids(folder)
    up(folder, [program("a", SLEEPER)], told.append)
    assert pids(folder) == first
    assert told[-1].split() == ["a", "was", "running"]


def test_down_stops_all_that_runs(folder: Path, told: list[str]) -> None:
    up(folder, [program("a", SLEEPER), program("b", SLEEPER)], told.append)
    running = [pid for pid in pids(folder).values() if pid]
    assert down(folder, told.append) == ("a", "b")
    assert not any(is_alive(pid) for pid in running)
    assert pids(folder) == {"a": None, "b": None}


def test_down_may_stop_only_some(folder: Path, told: list[str]) -> None:
    up(folder, [program("a", SLEEPER), program("b", SLEEPER)], told.append)
    assert down(folder, told.append, only=frozenset({"b"})) == ("b",)
    assert is_running(folder, "a")


def test_down_without_anything_does_nothing(folder: Path, told: list[str]) -> None:
    assert (down(folder, told.append), told) == ((), [])


def test_a_process_that_does_not_listen_is_ended_by_force(folder: Path, told: list[str]) -> None:
    up(folder, [program("deaf", DEAF, says_in_log(folder, "deaf", "ready"))], told.append)
    down(folder, told.append, grace=0.5)
    assert told[-1] == f"{'deaf':<22} ended by force"
    assert not is_running(folder, "deaf")


def test_down_ends_children_that_left_the_group(folder: Path, told: list[str]) -> None:
    up(folder, [program("parent", PARENT, says_in_log(folder, "parent", "child"))], told.append)
    child = int(log_of(folder, "parent").read_text().split()[1])
    down(folder, told.append, grace=0.5)
    assert not is_alive(child)


def test_a_service_whose_child_lives_is_not_started_twice(folder: Path, told: list[str]) -> None:
    up(folder, [program("parent", PARENT, says_in_log(folder, "parent", "child"))], told.append)
    parent = pids(folder)["parent"]
    assert parent is not None
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    assert is_running(folder, "parent")


def test_a_pid_file_left_behind_is_no_running_service(folder: Path, told: list[str]) -> None:
    up(folder, [program("a", SLEEPER)], told.append)
    pid = pids(folder)["a"]
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    (folder / "run" / "a.pid").write_text(str(os.getpid()))  # the system gave the number to somebody else: to us
    assert pids(folder) == {"a": None}
    assert down(folder, told.append) == ()


def test_a_service_that_ends_at_once_names_its_log(folder: Path, told: list[str]) -> None:
    with pytest.raises(ServiceError, match=r"a: it ended before it was healthy; see .*a\.log"):
        up(folder, [program("a", "raise SystemExit(3)", lambda: False)], told.append)


def test_a_service_that_is_never_healthy_is_given_up(folder: Path, told: list[str]) -> None:
    with pytest.raises(ServiceError, match="a: not healthy after 0 s"):
        up(folder, [program("a", SLEEPER, lambda: False)], told.append, seconds=0.3)
