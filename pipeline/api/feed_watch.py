"""Long polls: many callers wait for the next event, and one look at the outbox a tick serves them all.

Nobody who waits holds a connection or a thread. The look runs only while somebody waits.
"""

import asyncio
import contextlib
from collections.abc import Callable

from fastapi.concurrency import run_in_threadpool

from pipeline.delivery.position import Position
from pipeline.errors import LeadfoldError

TICK_SECONDS = 0.5
MOST_WAITING = 1000


class FeedWatch:
    """Wakes callers when the feed goes beyond where they are. look: the feed's newest place, None while nothing leaves."""

    def __init__(
        self, look: Callable[[], Position | None], tick: float = TICK_SECONDS, most: int = MOST_WAITING
    ) -> None:
        self._look = look
        self._tick = tick
        self._most = most
        self._waiting: dict[asyncio.Future[None], Position] = {}
        self._ticker: asyncio.Task[None] | None = None

    async def wait_beyond(self, place: Position, seconds: float) -> None:
        """Returns when the feed may have gone beyond `place`, else after `seconds`; at once when too many wait already."""
        if seconds <= 0 or len(self._waiting) >= self._most:
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[woken] = place
        if self._ticker is None:
            self._ticker = asyncio.create_task(self._run())
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(woken, seconds)
        finally:
            del self._waiting[woken]
            if not self._waiting and self._ticker is not None:
                self._ticker.cancel()
                self._ticker = None

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._tick)
            try:
                newest = await run_in_threadpool(self._look)
            except LeadfoldError:
                # Whoever waits asks the database itself, and answers with what it says.
                newest = Position(2**63 - 1, 2**64 - 1, 2**63 - 1)
            if newest is None:
                continue
            beyond = (newest.written_by, newest.seq)
            for woken, place in list(self._waiting.items()):
                if beyond > (place.written_by, place.seq) and not woken.done():
                    woken.set_result(None)
