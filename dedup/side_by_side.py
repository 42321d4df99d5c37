"""Work on several cores. Arrays are compared, sorted and gathered outside the interpreter's lock, so threads are enough for them;
where half of the work is Python's own, a forked child does it: it sees all that is there and sends its result back."""

import os
import pickle
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from mmap import ACCESS_READ, mmap
from typing import TypeVar

Piece = TypeVar("Piece")
Left = TypeVar("Left")
Right = TypeVar("Right")

WORKERS = max(1, min(4, os.cpu_count() or 1))
"""Threads; more of them wait for the interpreter's lock."""

WORTH_A_CHILD = 100_000
"""Records from which sending a result from process to process costs less than it saves."""


def side_by_side(work: Callable[[int], Piece], starts: Iterable[int]) -> Iterator[Piece]:
    """The results of `work` for each start, in their order; at most as many are under way or waiting as there are threads, so
    that memory does not grow with their number."""
    with ThreadPoolExecutor(WORKERS) as pool:
        waiting: deque[Future[Piece]] = deque()
        for start in starts:
            if len(waiting) == WORKERS:
                yield waiting.popleft().result()
            waiting.append(pool.submit(work, start))
        while waiting:
            yield waiting.popleft().result()


def in_halves(
    work: Callable[[int], Piece], starts: Sequence[int], records: int, begin: Callable[[int], None]
) -> list[Piece]:
    """The results of `work` for each start, in their order: where there are records enough a child does the first half of them, else
    threads do, which wait for each other whenever the work is Python's own. begin: called with the starts that this process comes to."""

    def here(start: int) -> Piece:
        begin(start)
        return work(start)

    if records < WORTH_A_CHILD or len(starts) < 2 or not may_fork():
        return list(side_by_side(here, starts))
    middle = len(starts) // 2
    first, second = both(
        lambda: [work(start) for start in starts[:middle]], lambda: [here(start) for start in starts[middle:]], records
    )
    return first + second


def may_fork() -> bool:
    """Whether a child may be forked: on Linux, with a second core, and while no other thread could hold a lock for ever there."""
    return sys.platform == "linux" and WORKERS > 1 and threading.active_count() == 1


def both(left: Callable[[], Left], right: Callable[[], Right], records: int) -> tuple[Left, Right]:
    """Two results, made side by side where there are records enough; `left` in a child, so what it returns is sent back.

    A child that fails, for want of memory or by an error of its own, costs only time: its work is done again here, where
    the error shows as itself.
    """
    if records < WORTH_A_CHILD or not may_fork():
        return left(), right()
    room = os.memfd_create("result")
    child = os.fork()
    if child == 0:
        _work_and_leave(left, room)
    try:
        mine = right()
    finally:
        _, status = os.waitpid(child, 0)
    try:
        theirs: Left = _received(room) if status == 0 else left()  # type: ignore[assignment]
    finally:
        os.close(room)
    return theirs, mine


def _work_and_leave(work: Callable[[], object], room: int) -> None:
    """What the child does: the work, the result into `room`, and out without any clean-up, which is the parent's."""
    status = 1
    try:
        with os.fdopen(room, "wb", closefd=False) as out:
            pickle.dump(work(), out, protocol=5)
        status = 0
    finally:
        os._exit(status)


def _received(room: int) -> object:
    with mmap(room, 0, access=ACCESS_READ) as result:
        return pickle.loads(result)  # noqa: S301 - our own child wrote it, into memory that nobody else can name
