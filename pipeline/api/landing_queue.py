"""The queue before the warehouse, one per source: whoever waits together lands in one transaction.

A source has at most one transaction under way. So a flood on one source makes its own transactions larger and takes
one of the threads; the others wait for their own deliveries only, and a commit's cost is shared by all that wait for it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.lead import RawRecord
from pipeline.sources.connector import ConfiguredSource, Received
from pipeline.sources.page import Landed, Page
from pipeline.warehouse.connection import WarehouseError

AT_ONCE = 8
"""Transactions of the receiver under way, of all sources."""
MOST_WAITING = 1000
"""Deliveries of one source that may wait; at 100 a second ten seconds' worth, as long as a sender is kept waiting."""
MOST_TOGETHER = 100
"""Deliveries that land in one transaction."""
MOST_BYTES_TOGETHER = 8 * 1024 * 1024

log = logging.getLogger(__name__)


class FullError(Exception):
    """More deliveries of a source wait than may."""


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """One delivery as it came in. outcome: what it came to, once that is known."""

    body: bytes
    headers: Mapping[str, str]
    query: str
    outcome: "asyncio.Future[Received]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class SourceQueue:
    """The deliveries of one source on their way into the warehouse. Used from one event loop only."""

    def __init__(
        self,
        source: ConfiguredSource,
        land: Callable[[Page], Landed],
        now: Callable[[], datetime],
        threads: ThreadPoolExecutor,
    ) -> None:
        self._source = source
        self._land = land
        self._now = now
        self._threads = threads
        self._waiting: deque[Delivery] = deque()
        self._worker: asyncio.Task[None] | None = None

    @property
    def is_full(self) -> bool:
        """Whether no further delivery may wait."""
        return len(self._waiting) >= MOST_WAITING

    async def land(self, delivery: Delivery) -> Received:
        """What the source's connector says of the delivery, after its records are stored. Raises FullError, LeadfoldError."""
        if self.is_full:
            raise FullError
        self._waiting.append(delivery)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await delivery.outcome

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while batch := self._next_batch():
            try:
                outcomes = await loop.run_in_executor(self._threads, self._settle, batch)
            except Exception as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
                outcomes = [error] * len(batch)
            for delivery, outcome in zip(batch, outcomes, strict=True):
                if delivery.outcome.done():
                    continue  # the sender has been told to try again
                if isinstance(outcome, Exception):
                    delivery.outcome.set_exception(outcome)
                else:
                    delivery.outcome.set_result(outcome)

    def _next_batch(self) -> list[Delivery]:
        batch: list[Delivery] = []
        size = 0
        while self._waiting and len(batch) < MOST_TOGETHER:
            if batch and size + len(self._waiting[0].body) > MOST_BYTES_TOGETHER:
                break
            delivery = self._waiting.popleft()
            if not delivery.outcome.done():
                batch.append(delivery)
                size += len(delivery.body)
        return batch

    def _settle(self, batch: Sequence[Delivery]) -> list[Received | Exception]:
        """Reads and stores a batch, in a thread; what each of it came to."""
        outcomes = [self._receive(delivery) for delivery in batch]
        storing = [each.records for each in outcomes if isinstance(each, Received) and each.records]
        if not storing:
            return outcomes
        fault = self._store([record for records in storing for record in records])
        if fault is None:
            return outcomes
        if len(storing) == 1 or not _is_of_a_row(fault):
            return [fault if isinstance(each, Received) and each.records else each for each in outcomes]
        # One delivery that cannot be stored must not take the others with it.
        return [
            (self._store(each.records) or each) if isinstance(each, Received) and each.records else each
            for each in outcomes
        ]

    def _receive(self, delivery: Delivery) -> Received | Exception:
        receive = self._source.connector.receive
        assert receive is not None
        try:
            return receive(self._source, delivery.body, delivery.headers, delivery.query, self._now)
        except Exception as error:  # noqa: BLE001 - raised again where the delivery's sender waits
            return error

    def _store(self, records: Sequence[RawRecord]) -> Exception | None:
        try:
            landed = self._land(Page(source=self._source.name, records=tuple(records)))
        except Exception as error:  # noqa: BLE001 - raised again where the delivery's sender waits
            return error
        log.info("source %s: %d new, %d redelivered", self._source.name, landed.new, landed.redelivered)
        return None


def _is_of_a_row(fault: Exception) -> bool:
    """Whether one record is to blame, so that the others may be stored without it."""
    return fault.is_of_a_row if isinstance(fault, WarehouseError) else isinstance(fault, ValueError | TypeError)
