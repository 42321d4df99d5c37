"""The HTTP door: webhooks come in, the change feed goes out, /health tells whether both can work.

Run it with `uvicorn --factory pipeline.api.app:create_app_from_environment`. What can go wrong: no database (503, and
the sender tries again), a fault of the program (500 with an id; the log line with that id names the place, no data).
"""

import logging
import time
import traceback
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import SecretStr
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.api.answers import failure
from pipeline.api.authorize import consumer_door, refuse_strangers
from pipeline.api.feed import feed_router
from pipeline.api.receiver import receiver_router
from pipeline.api.review import review_router
from pipeline.errors import MissingSecretError, RetryError, StopError
from pipeline.privacy.door import door_of
from pipeline.settings import Secrets, Settings, database_url, load_settings, state_folder
from pipeline.sources.configured import configured_sources
from pipeline.sources.page import Landed, Page
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.landing import land
from pipeline.warehouse.migrate import SchemaVersionError, require_current

log = logging.getLogger(__name__)

_DEFAULT_RETRY_SECONDS = 5
_PROGRAM = Path(__file__).parent.parent


class AbortedResponseError(Exception):
    """An answer broke off after it had begun; `error_id` stands in the log with the place."""

    def __init__(self, error_id: str) -> None:
        self.error_id = error_id
        super().__init__(f"the answer broke off, see error {error_id}")


def create_app(settings: Settings, secrets: Secrets, warehouse: Warehouse, now: Callable[[], datetime]) -> FastAPI:
    """The application over one warehouse: POST and GET /in/{source}, GET /feed and its parts, /clients/{id}, /health.

    Without the feed's secret the receiver still works, and the feed is for consumers with tokens of their own. Raises ConfigError.
    """
    # Its own connections: readers of the feed, however many, never keep a delivery from landing.
    landing = Warehouse.at(warehouse.engine.url.render_as_string(hide_password=False))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        landing.engine.dispose()

    app = FastAPI(title="Leadfold", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)

    door = door_of(settings.privacy, secrets)

    def store(page: Page) -> Landed:
        return land(landing, page, now(), door)

    sources = [source for source in configured_sources(settings, secrets) if source.settings.enabled]
    app.include_router(receiver_router(sources, store, settings.receiver.max_body_bytes, now))
    consumers = consumer_door(warehouse, _feed_token(settings, secrets), now)
    app.include_router(feed_router(warehouse, consumers, now))

    app.include_router(review_router(warehouse, _review_token(settings, secrets), now, consumers))

    @app.get("/health")
    def health() -> Response:
        """Whether the database answers and its schema is the one of this program: 200, else 503."""
        report = check_health(warehouse)
        return JSONResponse(dict(report), status_code=200 if report["status"] == "ok" else 503)

    @app.get("/openapi.json", include_in_schema=False, dependencies=[Depends(consumers())])
    def describe() -> Response:
        """What this program offers over HTTP, for those who may call it."""
        return JSONResponse(app.openapi())

    refuse_strangers(app)
    app.add_exception_handler(RequestValidationError, _refuse_parameters)
    app.add_exception_handler(HTTPException, _refuse)
    app.add_middleware(LastResort)
    app.add_middleware(RequestLog)
    return app


def create_app_from_environment() -> FastAPI:
    """The application from $LEADFOLD_CONFIG (else leadfold.toml) and DATABASE_URL (else the embedded server)."""
    # Uvicorn's own request log would write query strings and addresses.
    logging.getLogger("uvicorn.access").disabled = True
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("pipeline").setLevel(logging.INFO)
    settings = load_settings()
    url = database_url() or embedded.start(state_folder() / "pg").url()
    return create_app(settings, Secrets(), Warehouse.at(url), lambda: datetime.now(UTC))


def check_health(warehouse: Warehouse) -> Mapping[str, str]:
    """{"status": ok|failing, "database": ok|unavailable, "schema": current|other|unknown}."""
    try:
        require_current(warehouse)
    except SchemaVersionError:
        return {"status": "failing", "database": "ok", "schema": "other"}
    except (RetryError, StopError):
        return {"status": "failing", "database": "unavailable", "schema": "unknown"}
    return {"status": "ok", "database": "ok", "schema": "current"}


class LastResort:
    """Turns what nobody caught into an answer without data: 503 for what may pass, else 500 with an id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as error:  # noqa: BLE001 - the last resort: whatever it is, its text may hold data
            answer = _answer(error)
            if begun:
                raise AbortedResponseError(answer.headers["X-Error-Id"]) from None
            await answer(scope, receive, send)


class RequestLog:
    """One line per request: method, route, status, milliseconds. No query string, no address, no id of a person."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.monotonic()
        status = 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            route = getattr(scope.get("route"), "path", "(no route)")
            log.info("%s %s %d %.0f ms", scope["method"], route, status, (time.monotonic() - started) * 1000)


def _feed_token(settings: Settings, secrets: Secrets) -> SecretStr | None:
    try:
        return secrets.get("receiver.feed_token", settings.receiver.feed_token)
    except MissingSecretError as error:
        log.warning("the change feed is for consumers of `leadfold consumers add` only: %s", error)
        return None


def _review_token(settings: Settings, secrets: Secrets) -> SecretStr | None:
    try:
        return secrets.get("review.token", settings.review.token)
    except MissingSecretError:
        return None  # most companies judge in the dashboard: nobody is to be warned of it


def _refuse_parameters(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    # The message of a validation may quote the value; its place and kind do not.
    place = ".".join(str(part) for part in first["loc"])
    return failure(400, f"{place}: is not what is allowed there ({first['type']}); correct it")


def _refuse(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return failure(error.status_code, str(error.detail), error.headers)


def _answer(error: Exception) -> Response:
    error_id = uuid4().hex
    headers = {"X-Error-Id": error_id}
    if isinstance(error, RetryError):
        log.warning("error %s: %s", error_id, error)
        wait = error.retry_after.total_seconds() if error.retry_after is not None else _DEFAULT_RETRY_SECONDS
        sentence = f"not available now, try again; error {error_id}"
        return failure(503, sentence, {**headers, "Retry-After": str(int(wait))})
    if isinstance(error, StopError):
        log.error("error %s: %s", error_id, error)
    else:
        log.error("error %s: %s at %s", error_id, type(error).__name__, _place(error))
    return failure(500, f"a fault of the program; error {error_id} in its log tells the place", headers)


def _place(error: Exception) -> str:
    """The last line of our own code that the error passed through."""
    own = [
        frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(_PROGRAM)
    ]
    return f"{Path(own[-1].filename).relative_to(_PROGRAM)}:{own[-1].lineno}" if own else "an unknown place"
