"""GET over HTTP for the sources that are pulled: bounded in time and size, patient with a struggling vendor.

No address is ever put in a text or a log line, because the Telegram API carries its token in the path.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential

from pipeline.errors import RetryError, SourceRefusedError
from pipeline.sources.connector import Clock
from pipeline.sources.loopback import is_loopback

REFUSALS = {
    400: ("answered 400, the request is not understood", "check the options of this source"),
    404: ("answered 404, there is nothing at this address", "check `base_url` and the ids in the options"),
    409: ("answered 409, another reader is set up", "remove the webhook or the other program that reads this source"),
    410: ("answered 410, this is gone for good", "check the ids in the options"),
}
RETRIED = (408, 425, 429)


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Bounds of one GET with all its tries: seconds, bytes, number of tries. `longest_wait` caps our own back-off."""

    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    total_seconds: float = 180.0
    max_bytes: int = 32 * 1024 * 1024
    attempts: int = 6
    longest_wait: float = 30.0


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


def _without_address(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple) and len(record.args) > 1 and isinstance(record.args[1], httpx.URL):
        method, url, *rest = record.args
        record.args = (method, url.host if isinstance(url, httpx.URL) else "", *rest)
    return True


logging.getLogger("httpx").addFilter(_without_address)


@contextmanager
def open_http(
    source: str,
    base_url: str,
    *,
    now: Clock,
    secret_name: str,
    headers: Mapping[str, str] | None = None,
    limits: HttpLimits | None = None,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> Iterator[Http]:
    """A connection to `base_url` for the named source. Redirects are not followed: a secret goes to no other host."""
    bounds = limits or HttpLimits()
    client = httpx.Client(
        base_url=base_url,
        headers=dict(headers or {}),
        timeout=httpx.Timeout(bounds.read_seconds, connect=bounds.connect_seconds),
        follow_redirects=False,
        # A proxy of the environment cannot reach this machine's own loopback.
        trust_env=not is_loopback(urlsplit(base_url).hostname or ""),
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
        )


def get_json(http: Http, path: str, params: Mapping[str, str | int]) -> Any:
    """The JSON behind `path`.

    Tries again on 429, 408, 5xx, a broken connection, and on an answer that is not JSON, waiting at least as long as
    asked. Raises RetryError when the tries or the time are used up or the asked wait is longer than the time left,
    SourceRefusedError when the source will not serve us.
    """
    deadline = http.monotonic() + http.limits.total_seconds
    backoff = wait_exponential(multiplier=0.5, max=http.limits.longest_wait)

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome is not None else None
        asked = error.retry_after.total_seconds() if isinstance(error, RetryError) and error.retry_after else 0.0
        return max(asked, backoff(state))

    def stop(state: RetryCallState) -> bool:
        return state.attempt_number >= http.limits.attempts or http.monotonic() + state.upcoming_sleep > deadline

    retrying = Retrying(retry=retry_if_exception_type(RetryError), wait=wait, stop=stop, sleep=http.sleep, reraise=True)
    return retrying(_get_once, http, path, params, deadline)


def _get_once(http: Http, path: str, params: Mapping[str, str | int], deadline: float) -> Any:
    subject = f"source {http.source}"
    try:
        with http.client.stream("GET", path, params=dict(params)) as response:
            content = _read_bounded(http, response, deadline)
    except httpx.TransportError as error:
        # Without its cause: the library's exception carries the request, and with it the address.
        raise RetryError(subject, f"the connection failed ({type(error).__name__})") from None
    except httpx.DecodingError:
        raise RetryError(subject, "the answer cannot be decompressed") from None
    _check_status(http, response, content)
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        raise RetryError(subject, f"answered {response.status_code} with something that is not JSON") from None


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
    if status in (401, 403):
        raise SourceRefusedError(
            http.source, f"answered {status}", f"check the secret `{http.secret_name}` and its rights"
        )
    if not 200 <= status < 300:
        problem, remedy = REFUSALS.get(
            status, (f"answered {status}", "check `base_url` and the options of this source")
        )
        raise SourceRefusedError(http.source, problem, remedy)


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
