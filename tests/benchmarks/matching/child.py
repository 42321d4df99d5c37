"""Run one command and print, as JSON, its wall time, CPU time and peak memory.

Kept apart and small: a process inherits the peak memory of its parent, so the benchmark itself must not start the engines.
The files that the command reads are read once before, so that no engine pays for a cold disk.
"""

import json
import os
import sys
import time
from pathlib import Path

_BYTES_PER_UNIT = 1 if sys.platform == "darwin" else 1024


def main() -> None:
    log, *command = sys.argv[1:]
    for part in command:
        if part.endswith(".parquet") and Path(part).is_file():
            Path(part).read_bytes()
    begun = time.perf_counter()
    with Path(log).open("wb") as told:
        pid = os.posix_spawn(
            command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, told.fileno(), 1), (os.POSIX_SPAWN_DUP2, told.fileno(), 2)]
        )  # fmt: skip
        _, status, usage = os.wait4(pid, 0)
    print(
        json.dumps(
            {
                "exit": os.waitstatus_to_exitcode(status),
                "wall": time.perf_counter() - begun,
                "cpu": usage.ru_utime + usage.ru_stime,
                "peak_mb": usage.ru_maxrss * _BYTES_PER_UNIT / 1e6,
            }
        )
    )


if __name__ == "__main__":
    main()
