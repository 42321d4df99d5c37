"""The launcher that measures a command."""

import json
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.matching import child


def measured(log: Path, code: str) -> dict[str, float]:
    launcher = [sys.executable, "-I", "-S", child.__file__, str(log), sys.executable, "-S", "-c", code]
    done = subprocess.run(launcher, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def test_memory_is_that_of_the_command_alone(tmp_path: Path) -> None:
    ballast = bytearray(b"x") * 300_000_000
    found = measured(tmp_path / "log", "x = bytearray(b'x') * 80_000_000")
    assert 80 < found["peak_mb"] < 200
    assert len(ballast) == 300_000_000


def test_output_and_failure_are_kept(tmp_path: Path) -> None:
    found = measured(tmp_path / "log", "print('told'); raise SystemExit(3)")
    assert found["exit"] == 3
    assert (tmp_path / "log").read_text().strip() == "told"
