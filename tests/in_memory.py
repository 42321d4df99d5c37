"""A folder for servers' files: in memory where the machine has some to spare, on the disk elsewhere.

A fresh database is 350 files of 12 MB, made and dropped some hundred times in a session. In memory that takes a seventh of
the processor's time that it takes on a disk.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.warehouse import embedded

MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory; a container has 64 MB of it unless told otherwise."""

WANTED = 2 * 2**30
"""Bytes that must be free. A session of the tests holds up to 0.4 GB at once."""

_PREFIX = "leadfold-tests-"


@contextmanager
def in_memory(otherwise: Path) -> Iterator[Path]:
    """An empty folder that goes with the block; below `otherwise`, which stays, where there is no memory for it."""
    if not _has_room():
        yield otherwise
        return
    _remove_abandoned()
    fresh = Path(tempfile.mkdtemp(prefix=".fresh-", dir=MEMORY))
    with _held(fresh):
        # It has its name only when it is held: nobody can take it for an abandoned one.
        folder = fresh.rename(MEMORY / f"{_PREFIX}{os.getpid()}")
        yield folder
        shutil.rmtree(folder, ignore_errors=True)


def _has_room() -> bool:
    return MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > WANTED


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """The folder belongs to this process as long as it lives, however it ends."""
    with (folder / "owner").open("w") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _remove_abandoned() -> None:
    """Folders of sessions that were killed: memory that nothing else would give back."""
    for folder in MEMORY.glob(f"{_PREFIX}*"):
        with suppress(OSError), _held(folder):
            for server in folder.glob("*/data"):
                embedded.stop(server.parent)
            shutil.rmtree(folder, ignore_errors=True)
