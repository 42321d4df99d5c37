"""Where webhooks arrive: POST /in/{source}.

A delivery is answered 2xx only after the transaction that stores it. What can go wrong: the body is larger than the
cap (413, read no further); a wrong secret or signature (401); no such source (404); the warehouse does not answer
(503, so that the vendor sends again).
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from pipeline.errors import LeadfoldError
from pipeline.sources.connector import ConfiguredSource, Received
from pipeline.sources.page import Landed, Page

RETRY_AFTER_SECONDS = "60"
log = logging.getLogger(__name__)


def receiver_router(
    sources: Sequence[ConfiguredSource],
    land: Callable[[Page], Landed],
    max_body_bytes: int,
    now: Callable[[], datetime],
) -> APIRouter:
    """The route of the webhooks of all enabled sources.

    The secret may also stand in the path, POST /in/{source}/{key}, for vendors that let only an address be set.
    `land` is called outside the event loop and stores the page before it returns.
    """
    by_name = {source.name: source for source in sources if source.settings.enabled and source.connector.receive}
    router = APIRouter()

    @router.post("/in/{source}", include_in_schema=True)
    async def receive(source: str, request: Request) -> Response:
        return await accept(source, request, request.url.query)

    @router.post("/in/{source}/{key}", include_in_schema=False)
    async def receive_with_key(source: str, key: str, request: Request) -> Response:
        return await accept(source, request, f"key={quote(key)}")

    async def accept(name: str, request: Request, query: str) -> Response:
        source = by_name.get(name)
        if source is None:
            return _answer(404, b"no such source")
        body = await _bounded_body(request, max_body_bytes)
        if body is None:
            return _answer(413, b"too large")
        headers = dict(request.headers)
        return await run_in_threadpool(_receive_and_land, source, body, headers, query, land, now)

    return router


def _receive_and_land(
    source: ConfiguredSource,
    body: bytes,
    headers: dict[str, str],
    query: str,
    land: Callable[[Page], Landed],
    now: Callable[[], datetime],
) -> Response:
    receive = source.connector.receive
    assert receive is not None
    try:
        received: Received = receive(source, body, headers, query, now)
        if received.records:
            landed = land(Page(source=source.name, records=received.records))
            log.info("source %s: %d new, %d redelivered", source.name, landed.new, landed.redelivered)
    except LeadfoldError as error:
        # The sentence of our own errors holds places and names only. Anything else is a fault of the program: it goes
        # up to the application's last resort, and the sender hears 500.
        log.error("source %s: a delivery was not stored: %s", source.name, error)
        return _answer(503, b"try again")
    return _answer(received.status, received.reply)


async def _bounded_body(request: Request, most: int) -> bytes | None:
    """The body, None as soon as it is announced or seen to be larger than `most` bytes."""
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:18]) > most:
        return None
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _answer(status: int, reply: bytes) -> Response:
    headers = {"Retry-After": RETRY_AFTER_SECONDS} if status == 503 else {}
    return Response(content=reply, status_code=status, media_type="text/plain", headers=headers)
