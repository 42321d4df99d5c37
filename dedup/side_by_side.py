"""Work on several cores: arrays are compared, sorted and gathered outside the interpreter's lock, so threads are enough."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Piece = TypeVar("Piece")
Left = TypeVar("Left")
Right = TypeVar("Right")

WORKERS = max(1, min(4, os.cpu_count() or 1))
"""Threads; more of them wait for the interpreter's lock."""

WORTH_IT = 20_000
"""Records from which a second thread earns its start."""


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


def both(left: Callable[[], Left], right: Callable[[], Right], records: int) -> tuple[Left, Right]:
    """Two results, made side by side where there are records enough."""
    if records < WORTH_IT or WORKERS == 1:
        return left(), right()
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(left)
        mine = right()
        return other.result(), mine
