"""`python -m tests.benchmarks.receiver`: how long a webhook waits for its durable 2xx, while a pull lands pages and in a flood.

Everything is real and on this machine: uvicorn in a process of its own, PostgreSQL with fsync, sockets, and the sender, which
shares the cores with them. Requests leave by the clock, whether or not earlier ones were answered, and a delivery's wait is
counted from the moment it should have left.
"""

import argparse
import asyncio
import contextlib
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from pipeline.lead import RawRecord
from pipeline.sources.page import Page
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.landing import land
from pipeline.warehouse.migrate import migrate
from tests.api.receiver_process import Sender, config, delivery, receiver_process

SOURCES = ("flooded", "quiet-1", "quiet-2", "quiet-3", "quiet-4")
QUIET = SOURCES[1:]
PULLED = "pulled"
PAGE = 500
_CONNECTIONS = 32
_BODY = (
    "Name=%D0%94%D0%B5%D0%BD%D0%B8%D1%81+%D0%9B%D0%BE%D0%B1%D0%B0%D0%BD%D0%BE%D0%B2&Phone=%2B7+%28846%29+604-03-56&Email=d.lobanov%40mail.ru"
    "&Textarea=%D0%94%D0%BE%D0%B1%D1%80%D1%8B%D0%B9+%D0%B4%D0%B5%D0%BD%D1%8C.+%D0%97%D0%B0%D0%BC%D0%B5%D1%80+%D0%BD%D0%B0+%D0%BE%D0%BA%D0%BD%D0%B0"
    "&formname=%D0%97%D0%B0%D0%BC%D0%B5%D1%80&submitted_at=2026-08-01T06%3A24%3A45Z&tranid="
)


class Load:
    """Deliveries to some sources at a steady rate; numbers run on, so that each delivery is new."""

    def __init__(self, port: int, numbers: Iterator[int]) -> None:
        self._port = port
        self._numbers = numbers
        self.waits: dict[str, list[float]] = {name: [] for name in SOURCES}
        self.statuses: Counter[tuple[str, int]] = Counter()

    async def run(self, sources: tuple[str, ...], rate: float, seconds: float) -> None:
        """Sends `rate` deliveries a second, the sources in turn."""
        free: asyncio.Queue[Sender] = asyncio.Queue()
        for _ in range(_CONNECTIONS):
            free.put_nowait(Sender(self._port))
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number, source in zip(range(int(rate * seconds)), itertools.cycle(sources), strict=False):
                due = started + number / rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                group.create_task(self._send(free, source, due))

    async def _send(self, free: asyncio.Queue[Sender], source: str, due: float) -> None:
        sender = await free.get()
        status, _ = await sender.send(delivery(source, f"{_BODY}{next(self._numbers)}".encode()))
        free.put_nowait(sender)
        self.waits[source].append(time.perf_counter() - due)
        self.statuses[source, status] += 1

    def of(self, sources: tuple[str, ...]) -> tuple[int, float, float, float, str]:
        """Deliveries, and milliseconds of the median, the 99th percentile and the slowest; statuses."""
        waits = sorted(wait * 1000 for source in sources for wait in self.waits[source])
        codes = Counter(
            code for (source, code), count in self.statuses.items() if source in sources for _ in range(count)
        )
        shown = ", ".join(f"{count} x {code}" for code, count in sorted(codes.items()))
        return len(waits), statistics.median(waits), waits[int(len(waits) * 0.99)], waits[-1], shown


@contextlib.contextmanager
def pulling(url: str, pages_a_second: float) -> Iterator[None]:
    """A process that lands pages of `PAGE` records, as a pull does."""
    process = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.receiver", "--pull", url, str(pages_a_second)])
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def pull(url: str, pages_a_second: float) -> None:
    """Lands pages until it is ended."""
    warehouse = Warehouse.at(url)
    for page in itertools.count():
        now = datetime.now(UTC)
        records = tuple(
            RawRecord(
                source=PULLED, external_id=f"{page}-{number}", group_key=f"{page}-{number}",
                body=f"{_BODY}{page}-{number}".encode(), media_type="application/x-www-form-urlencoded", received_at=now,
            )
            for number in range(PAGE)
        )  # fmt: skip
        started = time.perf_counter()
        land(warehouse, Page(source=PULLED, records=records, cursor={"page": page}), now)
        time.sleep(max(0.0, 1 / pages_a_second - (time.perf_counter() - started)))


async def _beside_a_flood(quiet: Load, flood: Load, rate: float, times: int, seconds: float) -> None:
    await asyncio.gather(
        quiet.run(QUIET, rate * len(QUIET) / len(SOURCES), seconds),
        flood.run(SOURCES[:1], rate / len(SOURCES) * times, seconds),
    )


def bench(url: str, rate: float, seconds: float, times: int, pages_a_second: float, out: Console) -> bool:
    """Prints the table; whether something was answered 2xx, and all that was is in the warehouse, once."""
    warehouse = Warehouse.at(url)
    migrate(warehouse)
    numbers = itertools.count()
    table = Table(
        "what", "deliveries", "median ms", "p99 ms", "slowest ms", "answers", title="wait for the durable answer"
    )
    loads: list[Load] = []
    with tempfile.TemporaryDirectory() as folder, receiver_process(url, Path(folder), config(SOURCES)) as port:

        def load() -> Load:
            loads.append(Load(port, numbers))
            return loads[-1]

        def row(what: str, made: Load, sources: tuple[str, ...] = SOURCES) -> None:
            count, median, slow, slowest, codes = made.of(sources)
            table.add_row(what, str(count), f"{median:.1f}", f"{slow:.1f}", f"{slowest:.1f}", codes)

        asyncio.run(load().run(SOURCES, rate, 3))  # the first requests import and connect
        alone = load()
        asyncio.run(alone.run(SOURCES, rate, seconds))
        row(f"{rate:.0f} a second", alone)
        with pulling(url, pages_a_second):
            time.sleep(3)
            beside = load()
            asyncio.run(beside.run(SOURCES, rate, seconds))
            row(f"{rate:.0f} a second, a pull lands {PAGE * pages_a_second:.0f} records a second", beside)
        quiet, flood = load(), load()
        asyncio.run(_beside_a_flood(quiet, flood, rate, times, seconds))
        row("four quiet sources, before the flood", alone, QUIET)
        row(f"the same, one source {times} times as loud", quiet, QUIET)
        row(f"the flooded source, {rate / len(SOURCES) * times:.0f} a second", flood, SOURCES[:1])
    out.print(table)
    answered = sum(count for made in loads for (_, code), count in made.statuses.items() if code == 200)
    with warehouse.transaction(None) as connection:
        asked = text("select count(*) from raw.record where source <> :pulled")
        stored = connection.execute(asked, {"pulled": PULLED}).scalar_one()
    warehouse.engine.dispose()
    out.print(f"answered 200: {answered:,}; rows in raw.record: {stored:,}")
    return stored == answered > 0


def main() -> int:
    """Runs the benchmark and prints its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--flood", type=int, default=10)
    parser.add_argument("--pages-a-second", type=float, default=2)
    parser.add_argument("--pull", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.pull:
        pull(chosen.pull[0], float(chosen.pull[1]))
        return 0
    with tempfile.TemporaryDirectory(prefix="leadfold-bench-") as folder:
        server = embedded.start(Path(folder))
        try:
            out = Console(highlight=False, width=150)
            kept = bench(server.url(), chosen.rate, chosen.seconds, chosen.flood, chosen.pages_a_second, out)
        finally:
            embedded.stop(Path(folder))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
