"""The queue before the warehouse: who waits together lands together, one bad delivery takes no other with it, sources do not wait for each other."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from pipeline.api import landing_queue
from pipeline.api.landing_queue import Delivery, FullError, SourceQueue
from pipeline.errors import RetryError
from pipeline.settings import Secrets, parse_settings
from pipeline.sources.configured import configured_sources
from pipeline.sources.page import Landed
from pipeline.warehouse.connection import WarehouseError

CONFIG = (
    '[[source]]\nname = "one"\nvendor = "form"\nsecret = "S"\n[[source]]\nname = "two"\nvendor = "form"\nsecret = "S"\n'
)
KEY = {"x-api-key": "s"}
PATIENCE = 5


class Shelf:
    """Keeps pages; holds a source's landing while its gate is shut, fails for records whose body is in `bad`."""

    def __init__(self):
        self.pages = []
        self.gates = {"one": threading.Event(), "two": threading.Event()}
        self.gates["one"].set()
        self.gates["two"].set()
        self.bad = {}

    def land(self, page):
        assert self.gates[page.source].wait(PATIENCE)
        for record in page.records:
            if record.body in self.bad:
                raise self.bad[record.body]
        self.pages.append([record.body for record in page.records])
        return Landed(new=len(page.records), redelivered=0)


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def queues(shelf):
    sources = configured_sources(parse_settings(CONFIG), Secrets({"S": "s"}.get))
    with ThreadPoolExecutor(4) as threads:
        yield {
            source.name: SourceQueue(source, shelf.land, lambda: datetime(2026, 9, 1, tzinfo=UTC), threads)
            for source in sources
        }
        for gate in shelf.gates.values():
            gate.set()


def _body(number):
    return f"phone={number}".encode()


async def _landing(queue, number, headers=KEY):
    return asyncio.create_task(queue.land(Delivery(_body(number), headers, "")))


def test_what_waits_together_lands_together(queues, shelf):
    async def run():
        shelf.gates["one"].clear()
        first = await _landing(queues["one"], 0)
        await asyncio.sleep(0.05)
        rest = [await _landing(queues["one"], number) for number in range(1, 6)]
        await asyncio.sleep(0.05)
        shelf.gates["one"].set()
        return [received.status for received in await asyncio.gather(first, *rest)]

    assert asyncio.run(run()) == [200] * 6
    assert shelf.pages == [[_body(0)], [_body(number) for number in range(1, 6)]]


def test_a_source_does_not_wait_for_another(queues, shelf):
    async def run():
        shelf.gates["one"].clear()
        flood = [await _landing(queues["one"], number) for number in range(500)]
        other = await asyncio.wait_for(await _landing(queues["two"], 1), PATIENCE)
        landed = list(shelf.pages)
        shelf.gates["one"].set()
        await asyncio.gather(*flood)
        return other.status, landed

    assert asyncio.run(run()) == (200, [[_body(1)]])


def test_no_more_wait_than_may(queues, shelf, monkeypatch):
    monkeypatch.setattr(landing_queue, "MOST_WAITING", 3)

    async def run():
        shelf.gates["one"].clear()
        under_way = await _landing(queues["one"], 0)
        await asyncio.sleep(0.05)
        waiting = [await _landing(queues["one"], number) for number in range(1, 4)]
        await asyncio.sleep(0)
        assert queues["one"].is_full
        with pytest.raises(FullError):
            await queues["one"].land(Delivery(_body(9), KEY, ""))
        shelf.gates["one"].set()
        await asyncio.gather(under_way, *waiting)

    asyncio.run(run())
    assert [body for page in shelf.pages for body in page] == [_body(number) for number in range(4)]


@pytest.mark.parametrize(
    ("fault", "landed", "faults"),
    [
        pytest.param(WarehouseError("22021", "", "DataError"), {0, 2}, {1}, id="a value that cannot be stored"),
        pytest.param(ValueError("bug"), {0, 2}, {1}, id="a fault of the program over one record"),
        pytest.param(RetryError("warehouse", "unavailable"), set(), {0, 1, 2}, id="no database"),
    ],
)
def test_one_bad_delivery_takes_no_other_with_it(queues, shelf, fault, landed, faults):
    shelf.bad = {_body(1): fault}

    async def run():
        shelf.gates["one"].clear()
        held = await _landing(queues["one"], 99)
        await asyncio.sleep(0.05)
        tasks = [await _landing(queues["one"], number) for number in range(3)]
        await asyncio.sleep(0.05)
        shelf.gates["one"].set()
        await held
        return await asyncio.gather(*tasks, return_exceptions=True)

    outcomes = asyncio.run(run())
    assert {number for number, outcome in enumerate(outcomes) if outcome is fault} == faults
    assert {body for page in shelf.pages for body in page} - {_body(99)} == {_body(number) for number in landed}


def test_a_refused_delivery_beside_good_ones_lands_nothing(queues, shelf):
    async def run():
        shelf.gates["one"].clear()
        held = await _landing(queues["one"], 99)
        await asyncio.sleep(0.05)
        tasks = [await _landing(queues["one"], 1), await _landing(queues["one"], 2, {})]
        await asyncio.sleep(0.05)
        shelf.gates["one"].set()
        return [received.status for received in await asyncio.gather(held, *tasks)]

    assert asyncio.run(run()) == [200, 200, 401]
    assert _body(2) not in [body for page in shelf.pages for body in page]


def test_a_delivery_whose_sender_gave_up_while_it_waited_does_not_land(queues, shelf):
    async def run():
        shelf.gates["one"].clear()
        held = await _landing(queues["one"], 0)
        await asyncio.sleep(0.05)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(queues["one"].land(Delivery(_body(1), KEY, "")), 0.05)
        shelf.gates["one"].set()
        await held
        await (await _landing(queues["one"], 2))

    asyncio.run(run())
    assert shelf.pages == [[_body(0)], [_body(2)]]
