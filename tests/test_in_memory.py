"""Where servers of the tests keep their files."""

import os
from pathlib import Path

import pytest

from tests import in_memory as module
from tests.in_memory import in_memory


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for the machine's memory, with room."""
    folder = tmp_path / "memory"
    folder.mkdir()
    monkeypatch.setattr(module, "MEMORY", folder)
    monkeypatch.setattr(module, "WANTED", 0)
    return folder


def test_the_folder_goes_with_its_block(memory: Path, tmp_path: Path) -> None:
    with in_memory(tmp_path) as folder:
        assert folder.parent == memory
        (folder / "data").write_text("x")
    assert list(memory.iterdir()) == []


def test_what_a_killed_session_left_goes_and_what_another_uses_stays(memory: Path, tmp_path: Path) -> None:
    abandoned, used = memory / "leadfold-tests-1", memory / "leadfold-tests-2"
    for folder in (abandoned, used):
        (folder / "session").mkdir(parents=True)
        (folder / "owner").touch()
    with module._held(used), in_memory(tmp_path) as mine:
        assert set(memory.iterdir()) == {used, mine}


def test_a_folder_of_another_name_is_left_alone(memory: Path, tmp_path: Path) -> None:
    (memory / "PostgreSQL.1").touch()
    (memory / "elsewhere").mkdir()
    with in_memory(tmp_path):
        assert {path.name for path in memory.iterdir()} == {
            "PostgreSQL.1", "elsewhere", f"leadfold-tests-{os.getpid()}",
        }  # fmt: skip


def test_without_room_it_lies_where_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WANTED", 2**70)
    with in_memory(tmp_path) as folder:
        assert folder == tmp_path
    assert tmp_path.exists()
