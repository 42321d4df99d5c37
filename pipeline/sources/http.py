"""Requests over HTTP for the sources that are pulled: bounded in time and size, patient with a struggling vendor.

No address is ever put in a text or a log line, because the Telegram API carries its token in the path.
"""

import logging
import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential

from pipeline.errors import RetryError, SourceRefusedError
from pipeline.sources.connector import Clock
from pipeline.sources.dotted import text_at
from pipeline.sources.loopback import is_loopback

REFUSALS = {
    400: ("answered 400, the request is not understood", "check the options of this source"),
    404: ("answered 404, there is nothing at this address", "check `base_url` and the ids in the options"),
    409: ("answered 409, another reader is set up", "remove the webhook or the other program that reads this source"),
    410: ("answered 410, this is gone for good", "check the ids in the options"),
}
RETRIED = (408, 425, 429)
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}")


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Bounds of one request with all its tries: seconds, bytes, number of tries. `longest_wait` caps our own back-off."""

    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    total_seconds: float = 180.0
    max_bytes: int = 32 * 1024 * 1024
    attempts: int = 6
    longest_wait: float = 30.0


LIMITS = HttpLimits()
_SOONER: ContextVar[HttpLimits | None] = ContextVar("limits of requests that a person waits for", default=None)


@contextmanager
def limited(limits: HttpLimits) -> Iterator[None]:
    """Other bounds for connections that are opened inside the block, where a person waits for the answer."""
    token = _SOONER.set(limits)
    try:
        yield
    finally:
        _SOONER.reset(token)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCodes:
    """How a vendor tells an error inside its JSON, under whatever HTTP status. place: of the error's number or word. again: those
    after which the same request may succeed. secret: those that speak of the secret or its rights. Any other is a refusal too."""

    place: str
    again: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()


class CodedRefusalError(SourceRefusedError):
    """A source refused with an error of its own numbering."""

    def __init__(self, source: str, code: str, remedy: str) -> None:
        self.code = code
        super().__init__(source, f"answered its error {code}", remedy)


class StatusRefusalError(SourceRefusedError):
    """A source refused by the status of its answer alone."""

    def __init__(self, source: str, status: int, problem: str, remedy: str) -> None:
        self.status = status
        super().__init__(source, problem, remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Http:
    """An open connection to one source's API. `secret_name` is the name, not the secret."""

    client: httpx.Client
    source: str
    secret_name: str
    now: Clock
    limits: HttpLimits
    sleep: Callable[[float], None]
    monotonic: Callable[[], float]
    errors: ErrorCodes | None = None


def _without_address(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple) and len(record.args) > 1 and isinstance(record.args[1], httpx.URL):
        method, url, *rest = record.args
        record.args = (method, url.host if isinstance(url, httpx.URL) else "", *rest)
    return True


logging.getLogger("httpx").addFilter(_without_address)


@cache
def _authorities(trust_env: bool) -> ssl.SSLContext:
    """Whom a certificate must come from, for every client: reading the list takes longer than most pages."""
    return httpx.create_ssl_context(trust_env=trust_env)


@contextmanager
def open_http(
    source: str,
    base_url: str,
    *,
    now: Clock,
    secret_name: str,
    headers: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    errors: ErrorCodes | None = None,
    redirects: bool = False,
    limits: HttpLimits | None = None,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> Iterator[Http]:
    """A connection to `base_url` for the named source; auth: user and password of Basic authentication; errors: how the
    vendor tells errors inside its JSON. Redirects are not followed, so that a secret goes to no other host; redirects: for an
    address that is its own secret, up to five hops, encrypted ones only."""
    bounds = limits or _SOONER.get() or LIMITS

    def encrypted(request: httpx.Request) -> None:
        if request.url.scheme != "https" and not is_loopback(request.url.host):
            raise SourceRefusedError(source, "redirects to where nothing is encrypted", "check its address")

    # A proxy of the environment cannot reach this machine's own loopback.
    trust_env = not is_loopback(urlsplit(base_url).hostname or "")
    client = httpx.Client(
        base_url=base_url,
        headers=dict(headers or {}),
        auth=auth,
        timeout=httpx.Timeout(bounds.read_seconds, connect=bounds.connect_seconds),
        follow_redirects=redirects,
        max_redirects=5,
        event_hooks={"request": [encrypted]},
        trust_env=trust_env,
        verify=_authorities(trust_env),
    )
    with client:
        yield Http(
            client=client,
            source=source,
            secret_name=secret_name,
            now=now,
            limits=bounds,
            sleep=sleep,
            monotonic=monotonic,
            errors=errors,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What a vendor answered. subject: who is named in an error."""

    subject: str
    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """The JSON inside. Raises RetryError where there is none."""
        try:
            return orjson.loads(self.content)
        except orjson.JSONDecodeError:
            raise RetryError(self.subject, f"answered {self.status} with something that is not JSON") from None


def get_json(http: Http, path: str, params: Mapping[str, str | int]) -> Any:
    """The JSON behind `path`, see `ask`; an answer that is not JSON is asked for again."""
    return ask(http, "GET", path, params).json()


def ask(
    http: Http,
    method: str,
    path: str,
    params: Mapping[str, str | int] | None = None,
    *,
    json: Any = None,
    form: Mapping[str, str] | None = None,
    content: tuple[str, bytes] | None = None,
    as_json: bool = True,
) -> Answer:
    """What the vendor answers to one request; `json`, `form` or `content`, a media type and bytes, is its body.
    as_json: whether only JSON is an answer.

    Tries again on 429, 408, 5xx, a broken connection, and on an answer that is not JSON, waiting at least as long as
    asked: so only what may be asked twice is asked. Raises RetryError when the tries or the time are used up or the asked wait
    is longer than the time left, SourceRefusedError when the source will not serve us.
    """
    deadline = http.monotonic() + http.limits.total_seconds
    backoff = wait_exponential(multiplier=0.5, max=http.limits.longest_wait)

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome is not None else None
        asked = error.retry_after.total_seconds() if isinstance(error, RetryError) and error.retry_after else 0.0
        return max(asked, backoff(state))

    def stop(state: RetryCallState) -> bool:
        return state.attempt_number >= http.limits.attempts or http.monotonic() + state.upcoming_sleep > deadline

    def once() -> Answer:
        media, body = content or ("", None)
        headers = {"Content-Type": media} if media else None
        request = http.client.build_request(
            method, path, params=dict(params or {}), json=json, data=form, content=body, headers=headers
        )
        answer = _ask_once(http, request, deadline)
        if as_json:
            answer.json()
        return answer

    retrying = Retrying(retry=retry_if_exception_type(RetryError), wait=wait, stop=stop, sleep=http.sleep, reraise=True)
    return retrying(once)


def _ask_once(http: Http, request: httpx.Request, deadline: float) -> Answer:
    subject = f"source {http.source}"
    try:
        response = http.client.send(request, stream=True)
        try:
            content = _read_bounded(http, response, deadline)
        finally:
            response.close()
    except httpx.TransportError as error:
        # Without its cause: the library's exception carries the request, and with it the address.
        raise RetryError(subject, f"the connection failed ({type(error).__name__})") from None
    except httpx.TooManyRedirects:
        raise SourceRefusedError(http.source, "redirects in a circle", "check its address") from None
    except httpx.DecodingError:
        raise RetryError(subject, "the answer cannot be decompressed") from None
    _check_status(http, response, content)
    return Answer(subject, response.status_code, response.headers, content)


def _read_bounded(http: Http, response: httpx.Response, deadline: float) -> bytes:
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > http.limits.max_bytes:
            raise SourceRefusedError(
                http.source,
                f"an answer is larger than {http.limits.max_bytes} bytes",
                "lower `page_size` of this source",
            )
        if http.monotonic() > deadline:
            raise RetryError(f"source {http.source}", f"no whole answer within {http.limits.total_seconds:.0f} s")
        chunks.append(chunk)
    return b"".join(chunks)


def _check_status(http: Http, response: httpx.Response, content: bytes) -> None:
    status = response.status_code
    if status in RETRIED or status >= 500:
        raise RetryError(f"source {http.source}", f"answered {status}", _asked_wait(response, content, http.now()))
    _check_code(http, content)
    if status in (401, 403):
        raise StatusRefusalError(
            http.source, status, f"answered {status}", f"check the secret `{http.secret_name}` and its rights"
        )
    if not 200 <= status < 300:
        problem, remedy = REFUSALS.get(
            status, (f"answered {status}", "check `base_url` and the options of this source")
        )
        raise StatusRefusalError(http.source, status, problem, remedy)


def _check_code(http: Http, content: bytes) -> None:
    code = _code_in(http.errors, content) if http.errors is not None else ""
    if not code or http.errors is None:
        return
    if code in http.errors.again:
        raise RetryError(f"source {http.source}", f"answered its error {code}")
    if code in http.errors.secret:
        raise CodedRefusalError(http.source, code, f"check the secret `{http.secret_name}` and its rights")
    raise CodedRefusalError(http.source, code, "see this error in the vendor's documentation, check the options")


def _code_in(errors: ErrorCodes, content: bytes) -> str:
    try:
        code = text_at(orjson.loads(content), errors.place)
    except orjson.JSONDecodeError:
        return ""
    return code if not code or _CODE.fullmatch(code) else "unknown"


def _asked_wait(response: httpx.Response, content: bytes, now: datetime) -> timedelta | None:
    asked = response.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return timedelta(seconds=min(int(asked[:9]), 86_400))
    if asked:
        try:
            until = parsedate_to_datetime(asked)
        except (ValueError, IndexError, TypeError):
            return None
        until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
        return min(max(until - now, timedelta(0)), timedelta(days=1))
    return _wait_in_body(content)


def _wait_in_body(content: bytes) -> timedelta | None:
    """Telegram says the wait inside its JSON: {"parameters": {"retry_after": 5}}."""
    try:
        answer = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    parameters = answer.get("parameters") if isinstance(answer, dict) else None
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return timedelta(seconds=min(seconds, 86_400)) if isinstance(seconds, int) and seconds >= 0 else None
