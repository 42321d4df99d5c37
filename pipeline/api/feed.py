"""The change feed over HTTP, for a CRM and its integrator.

Every call carries `Authorization: Bearer <token>`; a wrong one gets 401 and not a word more, one without the scope 403. Errors
are `{"error": "<one sentence>"}`. Times are ISO 8601, UTC; ids are UUIDs; an empty value is "" or [].

A consumer's life: GET /feed/snapshot once, keep its `cursor`, then GET /feed?cursor=…&wait=30 again and again, and keep each
`next_cursor` in the transaction that stores the events. Events come at least once, in order per client.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from pipeline.api.answers import failure, unauthorized
from pipeline.api.authorize import Door, UnauthorizedError
from pipeline.api.feed_shapes import (
    AccountAnswer,
    AcknowledgeBody,
    ClientAnswer,
    ErrorAnswer,
    FeedAnswer,
    PlaceAnswer,
    SnapshotAnswer,
    event_schema,
)
from pipeline.api.feed_watch import FeedWatch
from pipeline.delivery import consumers, feed
from pipeline.delivery.consumers import FEED, FEED_WITHOUT_PERSONS, SNAPSHOT, Caller
from pipeline.delivery.feed import MAX_LIMIT, FeedPage, LimitError, Snapshot
from pipeline.delivery.gate import GateClosedError
from pipeline.delivery.position import CursorError, Position
from pipeline.delivery.without_persons import record_without_persons, without_persons
from pipeline.warehouse.connection import Warehouse

__all__ = ["UnauthorizedError", "failure", "feed_router", "unauthorized"]

DEFAULT_LIMIT = 200
LONGEST_WAIT = 30
"""Seconds: proxies cut connections that say nothing for a minute."""
_SNAPSHOT_CHUNK = 65536
"""Bytes gathered before a piece of the snapshot is sent."""
_GATE_RETRY_SECONDS = "60"
_CURSOR = {
    "max_length": 200,
    "description": "`next_cursor` of an earlier answer, unchanged; without it, from the first event.",
}

_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorAnswer, "description": "Something of the question is not allowed."},
    401: {"model": ErrorAnswer, "description": "No token, or a wrong one."},
    403: {"model": ErrorAnswer, "description": "The token lacks the scope."},
    503: {"model": ErrorAnswer, "description": "Not now; `Retry-After` says when."},
}
_NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorAnswer, "description": "Nothing living has this id."}
}


def feed_router(
    warehouse: Warehouse, door: Door, now: Callable[[], datetime], watch: FeedWatch | None = None
) -> APIRouter:
    """The feed's addresses, behind the door of its consumers."""
    watch = watch or FeedWatch(lambda: feed.newest_place(warehouse))
    router = APIRouter(tags=["feed"], responses=_REFUSALS)
    reader = Depends(door(FEED, FEED_WITHOUT_PERSONS))
    taker = Depends(door(SNAPSHOT))

    @router.get("/feed", responses={200: {"model": FeedAnswer}})
    async def read(
        caller: Annotated[Caller, reader],
        cursor: Annotated[str | None, Query(**_CURSOR)] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
        wait: Annotated[int, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for an event.")] = 0,
    ) -> Response:
        """Changes after `cursor`, oldest first. With `wait`, an answer without events comes only after so many seconds.

        While `gate.is_open` is false `events` is empty, and nothing is lost: the same cursor goes on later.
        """
        try:
            page = await run_in_threadpool(feed.read_events, warehouse, cursor, limit)
            if not page.events and wait:
                await watch.wait_beyond(Position.of(page.next_cursor), wait)
                page = await run_in_threadpool(feed.read_events, warehouse, cursor, limit)
        except (CursorError, LimitError) as error:
            return failure(400, str(error))
        return _json(_page(page, caller))

    @router.get("/feed/snapshot", responses={200: {"model": SnapshotAnswer}})
    def read_snapshot(caller: Annotated[Caller, taker]) -> Response:
        """All living clients and accounts with merged ids at one moment, streamed as one JSON object. A body that was cut is not JSON.

        503: the gate is closed.
        """
        opened = feed.snapshot(warehouse)
        try:
            started = opened.__enter__()
        except GateClosedError as error:
            return failure(503, str(error), {"Retry-After": _GATE_RETRY_SECONDS})
        return StreamingResponse(_gathered(opened, _pieces(started, caller)), media_type="application/json")

    @router.get("/feed/place", responses={200: {"model": PlaceAnswer}})
    def read_place(caller: Annotated[Caller, reader]) -> Response:
        """How far this consumer said it has come: for one that keeps no cursor of its own, and for whoever watches it."""
        return _json({"consumer": caller.consumer, **asdict(consumers.place_of(warehouse, caller.consumer))})

    @router.post("/feed/place", status_code=204, response_class=Response)
    def acknowledge(caller: Annotated[Caller, reader], body: AcknowledgeBody) -> Response:
        """Says that everything up to a cursor is stored. Optional: the page Health and alerts then show who falls behind, and an
        erasure knows who has obeyed it."""
        try:
            consumers.acknowledge(warehouse, caller, body.cursor, now())
        except CursorError as error:
            return failure(400, str(error))
        return Response(status_code=204)

    @router.get("/feed/schema", responses={200: {"description": "A JSON Schema, draft 2020-12."}})
    def read_schema(_caller: Annotated[Caller, Depends(door())]) -> dict[str, Any]:
        """The JSON Schema of one event, as the feed and webhooks give it."""
        return event_schema()

    @router.get("/clients/{client_id}", responses={200: {"model": ClientAnswer}, **_NOT_FOUND})
    def read_client(caller: Annotated[Caller, taker], client_id: UUID) -> Response:
        """The living client behind an id, merged or not.

        404: never given, or its client is gone. 503: the gate is closed.
        """
        try:
            client = feed.living_client(warehouse, client_id)
        except GateClosedError as error:
            return failure(503, str(error), {"Retry-After": _GATE_RETRY_SECONDS})
        if client is None:
            return failure(404, "clients: no living client stands behind this id; it was never given or is gone")
        return _json({"asked": str(client_id), "client_id": client["client_id"], "client": _shown(client, caller)})

    @router.get("/accounts/{account_id}", responses={200: {"model": AccountAnswer}, **_NOT_FOUND})
    def read_account(caller: Annotated[Caller, taker], account_id: UUID) -> Response:
        """The living account, the company of clients, behind an id, merged or not.

        404: never given, or its account is no more. 503: the gate is closed.
        """
        try:
            account = feed.living_account(warehouse, account_id)
        except GateClosedError as error:
            return failure(503, str(error), {"Retry-After": _GATE_RETRY_SECONDS})
        if account is None:
            return failure(404, "accounts: no living account stands behind this id; it was never given or is no more")
        told = {"asked": str(account_id), "account_id": account["account_id"], "account": _shown(account, caller)}
        return _json(told)

    return router


def _page(page: FeedPage, caller: Caller) -> dict[str, Any]:
    events = [asdict(event) for event in page.events]
    if not caller.sees_persons:
        events = [event | {"payload": without_persons(event["payload"])} for event in events]
    return {"events": events, "next_cursor": page.next_cursor, "more": page.more, "gate": asdict(page.gate)}


def _shown(record: Mapping[str, Any], caller: Caller) -> Mapping[str, Any]:
    return record if caller.sees_persons else record_without_persons(record)


def _pieces(opened: Snapshot, caller: Caller) -> Iterator[bytes]:
    lists: Sequence[tuple[str, str, Iterator[Mapping[str, Any]]]] = (
        ("clients", "client_count", (_shown(client, caller) for client in opened.clients)),
        ("aliases", "alias_count", ({"client_id": old, "living_id": living} for old, living in opened.aliases)),
        ("accounts", "account_count", (_shown(account, caller) for account in opened.accounts)),
        (
            "account_aliases",
            "account_alias_count",
            ({"account_id": old, "living_id": living} for old, living in opened.account_aliases),
        ),
    )
    yield b'{"cursor":' + orjson.dumps(opened.cursor)
    counts: dict[str, int] = {}
    for name, count, records in lists:
        yield f',"{name}":['.encode()
        number = 0
        for number, record in enumerate(records, 1):
            yield (b"," if number > 1 else b"") + _dump(record)
        counts[count] = number
        yield b"]"
    yield b"," + orjson.dumps(counts)[1:]


def _gathered(opened: AbstractContextManager[Snapshot], pieces: Iterator[bytes]) -> Iterator[bytes]:
    try:
        buffer = bytearray()
        for piece in pieces:
            buffer += piece
            if len(buffer) >= _SNAPSHOT_CHUNK:
                yield bytes(buffer)
                buffer.clear()
        yield bytes(buffer)
    finally:
        opened.__exit__(None, None, None)


def _json(content: Mapping[str, Any]) -> Response:
    return Response(_dump(content), media_type="application/json")


def _dump(content: Mapping[str, Any]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_UTC_Z)
