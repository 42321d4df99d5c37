"""Python's cyclic garbage collector, paused while a batch is made: its values hold no cycles, and it would walk them again and again."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector() -> Iterator[None]:
    """Pauses the collector while the block runs: for blocks of bounded size. A sixth of the CPU went into it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def return_memory() -> None:
    """Give freed memory back to the system, where the C library can (glibc keeps what large arrays leave behind, hundreds of
    megabytes of a million records)."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError, TypeError):
        return  # another C library, which does so by itself
