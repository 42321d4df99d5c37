"""Work of a transaction that a thread does beside its caller, each piece in its turn: Python makes rows while the server writes others."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import get_ident
from typing import Any, ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")


class InTurn:
    """Pieces of work on one connection, done in the order in which they are given. After one that fails none is done, and its error comes
    out wherever a result is asked for."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._last: Future[Any] | None = None
        self._error: BaseException | None = None
        self._thread = 0

    def give(self, work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs) -> Future[Result]:
        """Has a piece of work done; its result, for when it is needed."""

        def done() -> Result:
            self._thread = get_ident()
            if self._error is not None:
                raise self._error
            try:
                return work(*given, **named)
            except BaseException as error:
                self._error = error
                raise

        self._last = found = self._pool.submit(done)
        return found

    def wait(self) -> None:
        """Returns when all that was given is done; raises the error of what failed. A piece of work waits for nobody: it is its turn."""
        if self._last is not None and get_ident() != self._thread:
            self._last.result()
            self._last = None

    def end(self) -> None:
        """Leaves undone what has not begun, and waits for what has."""
        self._pool.shutdown(cancel_futures=True)


@contextmanager
def in_turn() -> Iterator[InTurn]:
    """Work that is done when the block is left, or undone where it is left by an error."""
    turn = InTurn()
    try:
        yield turn
        turn.wait()
    finally:
        turn.end()
