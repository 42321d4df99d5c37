"""Webhooks out: events of the change feed are posted to addresses of the company's own, signed, in order per client.

Signed as the Standard Webhooks specification says (HMAC-SHA256 over id, timestamp and body), so that a receiver verifies with any
library of it. What can go wrong: the address does not answer, refuses an event, or leads elsewhere; `pipeline/delivery/outcome.py` says
what then happens to the event and to those behind it. A redirect is never followed, and an address in a private network is called
only where the configuration allows it: an event must not go where nobody meant it to.
"""

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import IPPROTO_TCP, SOCK_STREAM, gaierror, getaddrinfo
from urllib.parse import urlsplit

import httpx
import orjson

from pipeline.delivery.outcome import DELIVERED, Outcome, failed, refused, unavailable
from pipeline.delivery.policy import Policy
from pipeline.delivery.pushed_consumer import add_consumer, held
from pipeline.delivery.queue import QueuedEvent, deliver
from pipeline.delivery.without_persons import without_persons
from pipeline.errors import ConfigError, StopError
from pipeline.settings import Secrets, Settings, WebhookSettings
from pipeline.sources.loopback import is_loopback
from pipeline.warehouse.connection import Warehouse

LEAST_SECRET = 24
"""Bytes of a secret at least, as the specification asks."""
_PREFIX = "whsec_"
_REFUSED = frozenset({400, 409, 413, 414, 415, 422, 431})
"""The receiver read this event, and will not have it; other 4xx speak of the address or of us."""
_AWAY = frozenset({502, 503, 504})
_LONGEST_WAIT = timedelta(days=1)

Resolve = Callable[[str, int], Sequence[str]]


class AddressRefusedError(StopError):
    """A webhook's host is where events must not go."""

    def __init__(self, webhook: str, problem: str, remedy: str) -> None:
        self.webhook = webhook
        super().__init__(f"webhook {webhook}: {problem}; {remedy}")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook's events are posted: the address that was looked at is the one that is called. url names it by number."""

    url: str
    host: str
    host_header: str


def deliver_webhooks(
    settings: Settings, secrets: Secrets, warehouse: Warehouse, now: Callable[[], datetime], name: str | None = None
) -> dict[str, int]:
    """Posts what waits to every enabled webhook, or to the one of this name; counts of events.

    unreachable: webhooks that could not be called at all; busy: those that another run serves. One that is wrong does not stop the
    others. Raises ConfigError where no webhook has this name, and the first StopError of the webhooks when all are done.
    """
    chosen = [hook for hook in settings.webhook if (hook.enabled if name is None else hook.name == name)]
    if name is not None and not chosen:
        known = ", ".join(hook.name for hook in settings.webhook) or "none is configured"
        raise ConfigError("webhook", f"no webhook is called `{name}`", f"choose one of: {known}")
    counts = dict.fromkeys(("delivered", "held", "parked", "unreachable", "busy"), 0)
    wrong: list[StopError] = []
    for hook in chosen:
        try:
            told = deliver_webhook(hook, secrets, warehouse, now)
        except StopError as error:
            wrong.append(error)
            continue
        for key, value in told.items():
            counts[key] += value
    if wrong:
        raise wrong[0]
    return counts


def deliver_webhook(
    hook: WebhookSettings,
    secrets: Secrets,
    warehouse: Warehouse,
    now: Callable[[], datetime],
    resolve: Resolve | None = None,
    transport: httpx.BaseTransport | None = None,
) -> dict[str, int]:
    """Posts what waits to one webhook; counts of events. Raises MissingSecretError, AddressRefusedError, ConfigError."""
    keys = signing_keys(hook, secrets)
    add_consumer(warehouse, hook.name, "webhook", hook.start, now())
    with held(warehouse, hook.name) as mine:
        if not mine:
            return {"busy": 1}
        sender, closing = _sender(hook, keys, now, resolve or _resolved, transport)
        with closing:
            policy = Policy(tries=hook.tries)
            kinds = frozenset(hook.kinds) or None
            counts = deliver(warehouse, hook.name, sender, now, kinds=kinds, policy=policy)
    return counts


def _sender(
    hook: WebhookSettings,
    keys: Sequence[bytes],
    now: Callable[[], datetime],
    resolve: Resolve,
    transport: httpx.BaseTransport | None,
) -> tuple[Callable[[QueuedEvent], Outcome], AbstractContextManager[object]]:
    try:
        target = target_of(hook, resolve)
    except gaierror:
        return lambda _event: unavailable("its host is not found"), nullcontext()
    client = httpx.Client(
        timeout=hook.timeout_seconds, follow_redirects=False, trust_env=False, transport=transport,
        headers={"User-Agent": "Leadfold", "Content-Type": "application/json", "Host": target.host_header},
    )  # fmt: skip
    return lambda event: post(client, target, hook, keys, event, now()), client


def post(
    client: httpx.Client,
    target: Target,
    hook: WebhookSettings,
    keys: Sequence[bytes],
    event: QueuedEvent,
    now: datetime,
) -> Outcome:
    """Posts one event and reads what the answer's status says; its body is not read."""
    body = body_of(event, personal_data=hook.personal_data)
    headers = signed_headers(keys, event.event_id, now, body)
    try:
        with client.stream(
            "POST", target.url, content=body, headers=headers, extensions={"sni_hostname": target.host}
        ) as answer:
            return _outcome(answer, now)
    except (httpx.ConnectError, httpx.ConnectTimeout):
        return unavailable("does not answer")
    except httpx.TimeoutException:
        return failed(f"no answer within {hook.timeout_seconds:g} s")
    except httpx.TransportError as error:
        return failed(f"the connection broke ({type(error).__name__})")


def body_of(event: QueuedEvent, *, personal_data: bool) -> bytes:
    """The body of a delivery: the event in the shape that the feed gives it."""
    told = {
        "event_id": event.event_id, "client_id": event.client_id, "kind": event.kind, "created_at": event.created_at,
        "cursor": event.place.text, "payload": event.payload if personal_data else without_persons(event.payload),
    }  # fmt: skip
    return orjson.dumps(told, option=orjson.OPT_UTC_Z)


def signed_headers(keys: Sequence[bytes], event_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """The three headers by which a receiver knows that a delivery is ours, whole and fresh."""
    timestamp = str(int(now.timestamp()))
    signatures = " ".join(f"v1,{_signature(key, event_id, timestamp, body)}" for key in keys)
    return {"webhook-id": event_id, "webhook-timestamp": timestamp, "webhook-signature": signatures}


def _signature(key: bytes, event_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{event_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()


def signing_keys(hook: WebhookSettings, secrets: Secrets) -> tuple[bytes, ...]:
    """The keys that sign: of `secret`, and of `old_secret` while receivers still use it. Raises MissingSecretError, ConfigError."""
    place = f"webhook `{hook.name}`"
    names = [(f"{place}.secret", hook.secret)] + ([(f"{place}.old_secret", hook.old_secret)] if hook.old_secret else [])
    return tuple(_key(where, secrets.get(where, name).get_secret_value()) for where, name in names)


def _key(place: str, secret: str) -> bytes:
    key = secret.encode()
    if secret.startswith(_PREFIX):
        try:
            key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            raise ConfigError(place, f"behind `{_PREFIX}` there is no base64", "make a new secret") from None
    if len(key) < LEAST_SECRET:
        raise ConfigError(
            place, f"is shorter than {LEAST_SECRET} bytes", "make a longer secret, e.g. of 32 random bytes"
        )
    return key


def target_of(hook: WebhookSettings, resolve: Resolve) -> Target:
    """Where to post: the first address of the host that may be called. Raises AddressRefusedError, socket.gaierror."""
    parts = urlsplit(hook.url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = resolve(host, port)
    allowed = [address for address in found if _may_be_called(ip_address(address), host, hook)]
    if len(allowed) < len(found) or not allowed:
        raise AddressRefusedError(
            hook.name,
            "its host stands for an address that is not public",
            "enter a public address, or allow it with private_network = true",
        )
    number = f"[{allowed[0]}]" if ":" in allowed[0] else allowed[0]
    url = parts._replace(netloc=f"{number}:{port}").geturl()
    return Target(url, host, parts.netloc)


def _may_be_called(address: IPv4Address | IPv6Address, host: str, hook: WebhookSettings) -> bool:
    mapped = getattr(address, "ipv4_mapped", None) or address
    if mapped.is_loopback:
        # Only where the configuration says so in plain words: a public name that leads here was made to deceive.
        return is_loopback(host)
    if mapped.is_link_local or mapped.is_multicast or mapped.is_unspecified or mapped.is_reserved:
        return False  # link-local is where clouds keep their keys
    return mapped.is_global or hook.private_network


def _resolved(host: str, port: int) -> Sequence[str]:
    found = getaddrinfo(host, port, type=SOCK_STREAM, proto=IPPROTO_TCP)
    return [str(address[0]) for *_, address in found]


def _outcome(answer: httpx.Response, now: datetime) -> Outcome:
    status = answer.status_code
    problem = f"answered {status}"
    asked = _asked_wait(answer.headers, now)
    if 200 <= status < 300:
        return DELIVERED
    if 300 <= status < 400:
        return unavailable(f"{problem}, a redirect; enter the address that it leads to")
    if status in _REFUSED:
        return refused(problem)
    if status < 500 or status in _AWAY:
        return unavailable(problem, asked)
    return failed(problem, asked)


def _asked_wait(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return min(timedelta(seconds=int(asked[:9])), _LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(asked)
    except (ValueError, IndexError, TypeError):
        return None
    until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta(0)), _LONGEST_WAIT)
