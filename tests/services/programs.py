"""Small programs to start, and how to see whether a process lives."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from pipeline.services.process import status
from pipeline.services.service import Service

SLEEPER = "import time; time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"
PARENT = """
import os, time
child = os.fork()
if child == 0:
    os.setpgid(0, 0)  # as Airflow's task processes do
    time.sleep(600)
print('child', child, flush=True)
time.sleep(600)
"""


def program(name: str, code: str, healthy: Callable[[], bool] = lambda: True) -> Service:
    return Service(name, (sys.executable, "-c", code), dict(os.environ), healthy)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        # Behind the name, which is in brackets and may hold blanks: services name themselves.
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return not Path("/proc/self/stat").exists()  # no such folder here, or gone by now
    except ProcessLookupError:
        return False
    return state not in {"Z", "X"}


def pids(folder: Path) -> dict[str, int | None]:
    return {state.name: state.pid for state in status(folder)}
