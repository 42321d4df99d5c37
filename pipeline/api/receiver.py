"""Where webhooks arrive: POST /in/{source}, and GET /in/{source} for vendors that prove an address first.

A delivery is answered 2xx only after the transaction that stores it. What can go wrong: the body is larger than the
cap (413, read no further) or does not end in time (408); a wrong secret or signature (401); no such source (404); the
warehouse does not answer (503, so that the vendor sends again); a source sends more than can wait (429).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from pipeline.api.landing_queue import AT_ONCE, Delivery, FullError, SourceQueue
from pipeline.errors import LeadfoldError
from pipeline.sources.connector import ConfiguredSource, Received
from pipeline.sources.page import Landed, Page

RETRY_AFTER_SECONDS = "60"
BODY_SECONDS = 15.0
"""How long a body may take to arrive whole."""
ANSWER_SECONDS = 10.0
"""How long a delivery may wait for its commit before the sender is told to try again; what lands later is a redelivery then."""
MOST_HELD_BYTES = 64 * 1024 * 1024
"""Bodies in memory at once, of all sources."""
_TRY_AGAIN = frozenset({429, 503})
log = logging.getLogger(__name__)


class _Held:
    """Bytes of the bodies that are being read or wait for their commit."""

    def __init__(self) -> None:
        self.size = 0


def receiver_router(
    sources: Sequence[ConfiguredSource],
    land: Callable[[Page], Landed],
    max_body_bytes: int,
    now: Callable[[], datetime],
    *,
    body_seconds: float = BODY_SECONDS,
    answer_seconds: float = ANSWER_SECONDS,
) -> APIRouter:
    """The routes of the webhooks of all enabled sources.

    The secret may also stand in the path, POST /in/{source}/{key}, for vendors that let only an address be set.
    `land` is called outside the event loop and stores the page before it returns. Deliveries of one source that wait
    together land together, and each source waits for itself only.
    """
    threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="receiver")
    known = {source.name: source for source in sources if source.settings.enabled}
    queues = {
        name: SourceQueue(source, land, now, threads) for name, source in known.items() if source.connector.receive
    }
    held = _Held()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        threads.shutdown(wait=True, cancel_futures=False)

    router = APIRouter(lifespan=lifespan)

    @router.post("/in/{source}", include_in_schema=True)
    async def receive(source: str, request: Request) -> Response:
        return await accept(source, request, request.url.query)

    @router.post("/in/{source}/{key}", include_in_schema=False)
    async def receive_with_key(source: str, key: str, request: Request) -> Response:
        return await accept(source, request, f"key={quote(key)}")

    @router.get("/in/{source}", include_in_schema=True)
    @router.get("/in/{source}/{key}", include_in_schema=False)
    async def prove(source: str, request: Request) -> Response:
        return await run_in_threadpool(_challenge, known.get(source), request.url.query)

    async def accept(name: str, request: Request, query: str) -> Response:
        queue = queues.get(name)
        if queue is None:
            return _answer(404, b"no such source")
        if queue.is_full:
            return _answer(429, b"too many at once, try again")
        body = bytearray()
        try:
            refused = await _read_body(request, body, max_body_bytes, held, body_seconds)
            if refused is not None:
                return refused
            delivery = Delivery(bytes(body), dict(request.headers), query)
            received = await asyncio.wait_for(queue.land(delivery), answer_seconds)
        except FullError:
            return _answer(429, b"too many at once, try again")
        except TimeoutError:
            log.error("source %s: a delivery did not land in time", name)
            return _answer(503, b"try again")
        except LeadfoldError as error:
            # The sentence of our own errors holds places and names only. Anything else is a fault of the program: it goes
            # up to the application's last resort, and the sender hears 500.
            log.error("source %s: a delivery was not stored: %s", name, error)
            return _answer(503, b"try again")
        finally:
            held.size -= len(body)
        return _answer(received.status, received.reply)

    return router


def _challenge(source: ConfiguredSource | None, query: str) -> Response:
    if source is None:
        return _answer(404, b"no such source")
    if source.connector.challenge is None:
        raise HTTPException(405, headers={"Allow": "POST"})
    try:
        received: Received = source.connector.challenge(source, query)
    except LeadfoldError as error:
        log.error("source %s: the address could not be proved: %s", source.name, error)
        return _answer(503, b"try again")
    return _answer(received.status, received.reply)


async def _read_body(request: Request, body: bytearray, most: int, held: _Held, seconds: float) -> Response | None:
    """Fills `body`; the answer instead as soon as it is announced or seen to be larger than `most` bytes, or is too slow."""
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:18]) > most:
        return _answer(413, b"too large")
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                if len(body) + len(chunk) > most:
                    return _answer(413, b"too large")
                if held.size + len(chunk) > MOST_HELD_BYTES:
                    return _answer(503, b"try again")
                held.size += len(chunk)
                body += chunk
    except ClientDisconnect:
        return _answer(400, b"the body broke off")
    except TimeoutError:
        return _answer(408, b"the body did not end in time")
    return None


def _answer(status: int, reply: bytes) -> Response:
    headers = {"Retry-After": RETRY_AFTER_SECONDS} if status in _TRY_AGAIN else {}
    if status in {408, 413}:
        headers["Connection"] = "close"  # the rest of the body may still be on its way
    return Response(content=reply, status_code=status, media_type="text/plain", headers=headers)
