"""What counts as healthy."""

import os
import sys
from pathlib import Path

from pipeline.services.ports import Port, choose_ports
from pipeline.services.probe import answers, says_in_log
from pipeline.services.process import down, up
from pipeline.services.service import Service
from tests.services.programs import SLEEPER, program


def test_a_line_of_an_earlier_start_does_not_make_it_ready(folder: Path, told: list[str]) -> None:
    ready = says_in_log(folder, "a", "ready")
    up(folder, [program("a", "import time; print('ready', flush=True); time.sleep(600)", ready)], told.append)
    down(folder, told.append)
    up(folder, [program("a", SLEEPER)], told.append)
    assert not ready()


def test_a_url_that_answers_is_healthy(folder: Path, told: list[str]) -> None:
    port = choose_ports(folder, {"web": Port(0)})["web"]
    web = Service(
        "web", (sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder)),
        dict(os.environ), answers(f"http://127.0.0.1:{port}/"), f"http://127.0.0.1:{port}",
    )  # fmt: skip
    up(folder, [web], told.append, seconds=20)
    assert told[0].endswith(f"http://127.0.0.1:{port}")
