"""The change feed over HTTP, for a CRM and its integrator.

Every call carries `Authorization: Bearer <token>`; a wrong one gets 401 and not a word more. Errors are
`{"error": "<one sentence>"}`. Times are ISO 8601, UTC; ids are UUIDs; an empty value is "" or [].

A consumer's life: GET /feed/snapshot once, keep its `cursor`, then GET /feed?cursor=… again and again, and keep each
`next_cursor` in the transaction that stores the events. Events come at least once, in order per client.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import SecretStr

from pipeline.delivery import feed
from pipeline.delivery.feed import CursorError, FeedPage, GateClosedError, LimitError, Snapshot
from pipeline.warehouse.connection import Warehouse

DEFAULT_LIMIT = 200
_SNAPSHOT_CHUNK = 65536
"""Bytes gathered before a piece of the snapshot is sent."""
_GATE_RETRY_SECONDS = "60"


class UnauthorizedError(Exception):
    """The caller did not show the feed's token."""


def feed_router(warehouse: Warehouse, token: SecretStr | None) -> APIRouter:
    """The feed's addresses. With no token every call is refused: a feed of clients is never open by default."""

    def authorize(authorization: Annotated[str, Header()] = "") -> None:
        if not _shows(authorization, token):
            raise UnauthorizedError

    router = APIRouter(dependencies=[Depends(authorize)], tags=["feed"])

    @router.get("/feed")
    def read(cursor: Annotated[str | None, Query()] = None, limit: Annotated[int, Query()] = DEFAULT_LIMIT) -> Response:
        """Changes after `cursor`, oldest first, 1 to 1000 of them (default 200).

        {"events": [{"event_id", "client_id", "kind", "created_at", "cursor", "payload": {…}}], "next_cursor": "…",
        "more": false, "gate": {"is_open": true, "reason": ""}}. `kind` is client.created, client.updated,
        client.merged, client.split, client.closed or client.erased. While `gate.is_open` is false `events` is empty.
        400: a cursor or a limit that the feed does not take.
        """
        try:
            page = feed.read_events(warehouse, cursor, limit)
        except (CursorError, LimitError) as error:
            return failure(400, str(error))
        return _json(_page(page))

    @router.get("/feed/snapshot")
    def read_snapshot() -> Response:
        """All living clients and merged ids at one moment, streamed as one JSON object.

        {"cursor": "…", "clients": [{"client_id", "version", "name", "given", "patronymic", "surname", "phones",
        "emails", "handles", "company", "tax_id", "city", "lead_count", "first_seen_at", "last_seen_at"}],
        "aliases": [{"client_id", "living_id"}], "client_count": 2, "alias_count": 1}. A body that was cut is not JSON.
        503: the gate is closed.
        """
        opened = feed.snapshot(warehouse)
        try:
            started = opened.__enter__()
        except GateClosedError as error:
            return failure(503, str(error), {"Retry-After": _GATE_RETRY_SECONDS})
        return StreamingResponse(_gathered(opened, _pieces(started)), media_type="application/json")

    @router.get("/clients/{client_id}")
    def read_client(client_id: UUID) -> Response:
        """The living client behind an id, merged or not: {"asked": id, "client_id": living id, "client": {…}}.

        404: never given, or its client is gone. 503: the gate is closed.
        """
        try:
            client = feed.living_client(warehouse, client_id)
        except GateClosedError as error:
            return failure(503, str(error), {"Retry-After": _GATE_RETRY_SECONDS})
        if client is None:
            return failure(404, "clients: no living client stands behind this id; it was never given or is gone")
        return _json({"asked": str(client_id), "client_id": client["client_id"], "client": client})

    return router


def failure(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An error as every address of this program answers it: {"error": "<one sentence>"}."""
    return JSONResponse({"error": sentence}, status_code=status, headers=dict(headers or {}))


def unauthorized() -> JSONResponse:
    """401 without detail."""
    return failure(401, "unauthorized", {"WWW-Authenticate": "Bearer"})


def _shows(authorization: str, token: SecretStr | None) -> bool:
    scheme, _, given = authorization.partition(" ")
    expected = token.get_secret_value() if token is not None else ""
    # Digests have one length, so the comparison's time tells nothing, not even how long the token is.
    same = hmac.compare_digest(_digest(given.strip()), _digest(expected))
    return same and bool(expected) and scheme.lower() == "bearer"


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def _page(page: FeedPage) -> dict[str, Any]:
    return {
        "events": [asdict(event) for event in page.events],
        "next_cursor": page.next_cursor,
        "more": page.more,
        "gate": asdict(page.gate),
    }


def _pieces(opened: Snapshot) -> Iterator[bytes]:
    clients = aliases = 0
    yield b'{"cursor":' + orjson.dumps(opened.cursor) + b',"clients":['
    for clients, client in enumerate(opened.clients, 1):
        yield (b"," if clients > 1 else b"") + _dump(client)
    yield b'],"aliases":['
    for aliases, (client_id, living_id) in enumerate(opened.aliases, 1):
        yield (b"," if aliases > 1 else b"") + _dump({"client_id": client_id, "living_id": living_id})
    yield b'],"client_count":%d,"alias_count":%d}' % (clients, aliases)


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
