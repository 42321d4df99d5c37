"""Runs `leadfold` many times in the time of once: a program that has its libraries loaded and is forked for each command.

Importing them is three quarters of what a short command costs. A fork is a process of its own, as in a shell: arguments,
folder, environment, output and exit code are its own, and nothing that it does comes back.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_SECONDS = 420
"""A command that takes longer is ended."""


class Warm:
    """A loaded program that waits for commands."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, arguments: Sequence[str], folder: Path) -> "subprocess.CompletedProcess[str]":
        """What `leadfold ARGUMENTS` told in a folder, and its exit code."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
            asked = {"arguments": arguments, "folder": str(folder), "out": out.name, "err": err.name}
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
            return subprocess.CompletedProcess(arguments, code, out.read().decode(), err.read().decode())


@contextmanager
def warm(environment: Mapping[str, str]) -> Iterator[Warm]:
    """A loaded program with an environment, for the length of the block."""
    process = subprocess.Popen(
        [sys.executable, __file__], env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    try:
        yield Warm(process)
    finally:
        process.stdin.close()
        process.wait(10)


def _serve(commands: IO[str], answers: IO[str]) -> None:
    _load()
    for line in commands:
        child = os.fork()
        if child == 0:
            _become(**json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=answers, flush=True)


def _load() -> None:
    """What commands import when they run, and what that imports: enough that a command finds the heavy part loaded."""
    import pipeline.cli
    import pipeline.dashboard
    import pipeline.reporting.report
    import pipeline.steps

    pipeline.cli.command_line()


def _become(arguments: Sequence[str], folder: str, out: str, err: str) -> None:
    """The rest of this process is a command."""
    from pipeline.cli import main

    for number, (name, flags) in enumerate(((os.devnull, os.O_RDONLY), (out, os.O_WRONLY), (err, os.O_WRONLY))):
        os.dup2(os.open(name, flags), number)
    os.chdir(folder)
    signal.alarm(_SECONDS)
    sys.argv = ["leadfold", *arguments]
    main()
    sys.exit()


if __name__ == "__main__":
    _serve(os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w"))
