"""The receiver as it runs: uvicorn in its own process, a real PostgreSQL, real sockets. What it promises under load and in faults."""

import asyncio
import os
import signal
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text

from pipeline.api.app import create_app
from pipeline.api.receiver import receiver_router
from pipeline.settings import Secrets, parse_settings
from pipeline.sources.configured import configured_sources
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.landing import land
from pipeline.warehouse.migrate import migrate
from tests.api.receiver_process import SECRET, Sender, config, delivery, receiver_process

pytestmark = pytest.mark.postgres

SOURCES = ("one", "two")
CAP = 4000


def _now():
    return datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


def _bodies(warehouse):
    with warehouse.transaction(None) as connection:
        return Counter(bytes(row.body) for row in connection.execute(text("select body from raw.record")))


async def _from_many(port, requests, connections):
    """Statuses of requests shared out among connections."""
    senders = [Sender(port) for _ in range(connections)]

    async def work(number):
        return [(await senders[number].send(request))[0] for request in requests[number::connections]]

    answers = await asyncio.gather(*(work(number) for number in range(connections)))
    await asyncio.gather(*(sender.close() for sender in senders))
    return [status for statuses in answers for status in statuses]


@pytest.fixture
def port(warehouse_url, tmp_path):
    with receiver_process(warehouse_url, tmp_path, config(SOURCES, f"[receiver]\nmax_body_bytes = {CAP}\n")) as port:
        yield port


def test_one_delivery_a_thousand_times_over_many_connections_is_one_row(port, warehouse):
    body = b"name=Anna&phone=501234567&tranid=7"
    statuses = asyncio.run(_from_many(port, [delivery("one", body)] * 1000, 32))
    assert Counter(statuses) == {200: 1000}
    assert _bodies(warehouse) == {body: 1}


def test_many_deliveries_over_many_connections_are_all_there(port, warehouse):
    bodies = [b"name=Anna&tranid=%d" % number for number in range(600)]
    requests = [delivery(SOURCES[number % 2], body) for number, body in enumerate(bodies)]
    assert Counter(asyncio.run(_from_many(port, requests, 24))) == {200: 600}
    assert _bodies(warehouse) == Counter(bodies)


def _chunked(source, chunks, end=b"0\r\n\r\n"):
    head = (
        f"POST /in/{source} HTTP/1.1\r\nHost: r\r\nX-Api-Key: {SECRET}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    )
    return head + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + end


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        pytest.param(delivery("one", b"a" * CAP), 200, id="as large as may be"),
        pytest.param(delivery("one", b"a" * (CAP + 1)), 413, id="announced too large"),
        pytest.param(_chunked("one", [b"a" * 500] * 8), 200, id="in chunks, as large as may be"),
        pytest.param(_chunked("one", [b"a" * 500] * 9), 413, id="in chunks, too large"),
        pytest.param(_chunked("one", [b"a" * 500] * 9, end=b""), 413, id="in chunks without end"),
        pytest.param(_chunked("one", [b"a" * (CAP + 1)]), 413, id="one chunk, too large"),
    ],
)
def test_bodies_are_capped(port, warehouse, request_bytes, status):
    async def send():
        sender = Sender(port)
        answer = await asyncio.wait_for(sender.send(request_bytes), 10)
        await sender.close()
        return answer

    assert asyncio.run(send())[0] == status
    assert sum(_bodies(warehouse).values()) == (status == 200)


def _serve(app):
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    return server, thread, server.servers[0].sockets[0].getsockname()[1]


def _app(warehouse, **options):
    app = FastAPI()
    sources = configured_sources(parse_settings(config(SOURCES)), Secrets({"TEST_FORM_SECRET": SECRET}.get))
    app.include_router(receiver_router(sources, lambda page: land(warehouse, page, _now()), CAP, _now, **options))
    return app


@pytest.fixture
def impatient(warehouse):
    """The port of a receiver that waits half a second where others wait ten."""
    server, thread, port = _serve(_app(warehouse, body_seconds=0.5, answer_seconds=0.5))
    yield port
    server.should_exit = True
    thread.join(10)


def test_a_body_that_does_not_end_is_cut_off_and_others_go_on(impatient, warehouse):
    async def run():
        slow = Sender(impatient)
        trickle = asyncio.create_task(slow.send(delivery("one", b"a" * 100)[:-50]))
        await asyncio.sleep(0.1)
        quick = await Sender(impatient).send(delivery("one", b"name=Anna"))
        return quick[0], (await asyncio.wait_for(trickle, 5))[0]

    assert asyncio.run(run()) == (200, 408)
    assert list(_bodies(warehouse)) == [b"name=Anna"]


def test_a_warehouse_that_does_not_answer_is_503_in_time_and_nothing_is_lost(impatient, warehouse):
    """Another session holds the table, as a migration may."""

    async def post(number):
        sender = Sender(impatient)
        answer = await sender.send(delivery("one", b"tranid=%d" % number))
        await sender.close()
        return answer

    async def many():
        return await asyncio.wait_for(asyncio.gather(*(post(number) for number in range(40))), 5)

    with warehouse.transaction(None) as connection:
        connection.execute(text("lock table raw.record in access exclusive mode"))
        answers = asyncio.run(many())
        assert {(status, headers.get("retry-after")) for status, headers in answers} == {(503, "60")}
    answers = asyncio.run(many())
    assert {status for status, _ in answers} == {200}
    assert _bodies(warehouse) == Counter(b"tranid=%d" % number for number in range(40))


def test_readers_that_hold_every_connection_of_the_feed_keep_nothing_from_landing(warehouse):
    settings = parse_settings(config(SOURCES))
    app = create_app(settings, Secrets({"TEST_FORM_SECRET": SECRET}.get), warehouse, _now)
    server, thread, port = _serve(app)
    held = [warehouse.engine.connect() for _ in range(25)]
    try:
        assert asyncio.run(asyncio.wait_for(Sender(port).send(delivery("one", b"name=Anna")), 5))[0] == 200
    finally:
        for connection in held:
            connection.close()
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def own_server(tmp_path):
    """A PostgreSQL of this test's own, because it will be killed; it keeps its word over a power cut."""
    folder = tmp_path / "pg"
    server = embedded.start(folder)
    opened = Warehouse.at(server.url())
    migrate(opened)
    opened.engine.dispose()
    yield folder, server
    embedded.start(folder)
    embedded.stop(folder)


def test_a_killed_database_gives_503_and_every_200_is_there_afterwards(own_server, tmp_path: Path):
    folder, server = own_server
    with receiver_process(server.url(), tmp_path, config(SOURCES)) as port:
        sent: dict[bytes, int] = {}

        async def post(sender, number):
            body = b"tranid=%d" % number
            sent[body] = (await asyncio.wait_for(sender.send(delivery(SOURCES[number % 2], body)), 20))[0]

        async def stream(first, count):
            senders = [Sender(port) for _ in range(4)]
            for number in range(first, first + count, 4):
                await asyncio.gather(*(post(sender, number + place) for place, sender in enumerate(senders)))
            await asyncio.gather(*(sender.close() for sender in senders))

        async def killed_midway():
            await stream(0, 40)
            running = asyncio.create_task(stream(40, 400))
            await asyncio.sleep(0.05)
            os.kill(server.pid, signal.SIGKILL)
            await running

        asyncio.run(killed_midway())
        assert set(sent.values()) == {200, 503}
        back = embedded.start(folder)
        assert back.port == server.port
        asyncio.run(stream(1000, 40))
        assert {sent[b"tranid=%d" % number] for number in range(1000, 1040)} == {200}
    opened = Warehouse.at(back.url())
    stored = _bodies(opened)
    opened.engine.dispose()
    assert {body for body, status in sent.items() if status == 200} <= set(stored)
    assert set(stored.values()) == {1}
