"""Who may read: consumers of the change feed, their tokens and scopes, and how far each says it has come.

A token is 256 random bits; only its SHA-256 is kept, so that nobody who reads the database can call with it. The token of
`receiver.feed_token` belongs to the consumer `default`, which may read all and judge nothing.
"""

import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from pipeline.delivery.position import OtherServerError, Position
from pipeline.errors import StopError
from pipeline.warehouse.connection import Connection, Role, Warehouse, one, rows, run

FEED = "feed"
FEED_WITHOUT_PERSONS = "feed:no-personal-data"
SNAPSHOT = "snapshot"
JUDGEMENTS = "judgements"
SCOPES: Mapping[str, str] = {
    FEED: "changes of clients, whole",
    FEED_WITHOUT_PERSONS: "changes of clients without names, contacts and companies; the snapshot is without them too",
    SNAPSHOT: "all living clients at one moment, and the client behind an id",
    JUDGEMENTS: "the queue of doubts, and writing what people said of them",
}
DEFAULT = "default"
"""The consumer that shows the token of `receiver.feed_token`."""

_NAME = re.compile(r"[a-z][a-z0-9_-]{1,39}")
_PREFIX = "lfc_"
_SEEN_EVERY = timedelta(minutes=1)


class ConsumerError(StopError):
    """A consumer cannot be made or changed as asked."""

    def __init__(self, consumer: str, problem: str, remedy: str) -> None:
        self.consumer = consumer
        super().__init__(f"consumer {consumer}: {problem}; {remedy}")


@dataclass(frozen=True, slots=True)
class Caller:
    """A consumer that showed a token of its own."""

    consumer: str
    scopes: frozenset[str]

    @property
    def sees_persons(self) -> bool:
        """Whether what it reads may hold names, contacts and companies: a restriction outweighs every other scope."""
        return FEED_WITHOUT_PERSONS not in self.scopes


DEFAULT_CALLER = Caller(DEFAULT, frozenset({FEED, SNAPSHOT}))
"""It reads all, and does not judge: its secret was given to readers."""


@dataclass(frozen=True, slots=True)
class ConsumerLine:
    """A consumer as `leadfold consumers` lists it. behind: events it has not taken, None where it never said."""

    consumer: str
    kind: str
    scopes: tuple[str, ...]
    seen_at: datetime | None
    position_at: datetime | None
    accepted_at: datetime | None
    paused_until: datetime | None
    problem: str
    behind: int | None
    behind_since: datetime | None
    held: int
    parked: int


@dataclass(frozen=True, slots=True)
class Place:
    """How far a consumer said it has come: its cursor and when it said so; None and None where it never did."""

    cursor: str | None
    acknowledged_at: datetime | None
    behind: int | None
    behind_since: datetime | None


def add_feed_consumer(warehouse: Warehouse, consumer: str, scopes: Collection[str], now: datetime) -> str:
    """Makes a consumer that reads the feed; its token, which is shown this once. Raises ConsumerError."""
    _check(consumer, scopes)
    with warehouse.transaction(Role.PUBLISHER) as connection:
        if not run(connection, "consumers", "add", consumer=consumer, scopes=sorted(set(scopes)), now=now):
            raise ConsumerError(consumer, "is there already", "rotate its token, or choose another name")
        return _new_token(connection, consumer, now)


def rotate_token(warehouse: Warehouse, consumer: str, grace: timedelta, now: datetime) -> str:
    """A new token; those before it work for `grace` longer. Raises ConsumerError."""
    with warehouse.transaction(Role.PUBLISHER) as connection:
        kind = one(connection, "consumers", "kind", consumer=consumer)
        if kind != "feed" or consumer == DEFAULT:
            remedy = (
                "change the secret that `receiver.feed_token` names"
                if consumer == DEFAULT
                else "see `leadfold consumers`"
            )
            raise ConsumerError(consumer, "has no token here", remedy)
        run(connection, "consumers", "expire_tokens", consumer=consumer, expires_at=now + grace)
        return _new_token(connection, consumer, now)


def revoke(warehouse: Warehouse, consumer: str, now: datetime) -> None:
    """Ends a consumer at once: its tokens are refused, nothing more is brought to it. Raises ConsumerError."""
    with warehouse.transaction(Role.PUBLISHER) as connection:
        if not run(connection, "consumers", "revoke", consumer=consumer, now=now):
            raise ConsumerError(consumer, "is not known, or was revoked already", "see `leadfold consumers`")
        run(connection, "consumers", "expire_tokens", consumer=consumer, expires_at=now)


def caller_of(warehouse: Warehouse, token: str, now: datetime) -> Caller | None:
    """The consumer that a token belongs to; None for a token that is none, expired or revoked."""
    if not token.startswith(_PREFIX):
        return None
    with warehouse.transaction(Role.PUBLISHER) as connection:
        found = rows(connection, "consumers", "caller", digest=_digest(token), now=now)
        if not found:
            return None
        row = found[0]
        if row.seen_at is None or now - row.seen_at >= _SEEN_EVERY:
            run(connection, "consumers", "saw", consumer=row.consumer, now=now)
    return Caller(row.consumer, frozenset(row.scopes))


def acknowledge(warehouse: Warehouse, caller: Caller, cursor: str, now: datetime) -> None:
    """Writes down that a consumer has stored everything up to a cursor. Raises CursorError, OtherServerError."""
    place = Position.of(cursor)
    with warehouse.transaction(Role.PUBLISHER) as connection:
        if place.server != one(connection, "feed", "server"):
            raise OtherServerError
        if caller.consumer == DEFAULT:
            run(connection, "consumers", "ensure_default", consumer=DEFAULT, scopes=sorted(caller.scopes), now=now)
        run(
            connection, "consumers", "acknowledge",
            consumer=caller.consumer, server_id=place.server, written_by=str(place.written_by), seq=place.seq, now=now,
        )  # fmt: skip


def place_of(warehouse: Warehouse, consumer: str) -> Place:
    """How far a consumer said it has come."""
    with warehouse.transaction(Role.PUBLISHER) as connection:
        found = rows(connection, "consumers", "place", consumer=consumer)
    if not found or found[0].seq is None:
        return Place(None, None, None, None)
    row = found[0]
    cursor = Position(row.server_id, int(row.written_by), row.seq).text
    return Place(cursor, row.position_at, row.behind, row.behind_since)


def listed(warehouse: Warehouse) -> tuple[ConsumerLine, ...]:
    """All consumers that are not revoked, by name."""
    with warehouse.transaction(Role.PUBLISHER) as connection:
        return tuple(
            ConsumerLine(
                row.consumer, row.kind, tuple(row.scopes), row.seen_at, row.position_at, row.accepted_at, row.paused_until,
                row.problem, row.behind, row.behind_since, row.held, row.parked,
            )
            for row in rows(connection, "consumers", "listed")
        )  # fmt: skip


def _check(consumer: str, scopes: Collection[str]) -> None:
    if consumer == DEFAULT or not _NAME.fullmatch(consumer):
        raise ConsumerError(
            consumer if _NAME.fullmatch(consumer) else "?",
            "the name cannot be used",
            "2 to 40 of a-z, 0-9, - and _, a letter first, and not `default`",
        )
    wrong = sorted(set(scopes) - set(SCOPES))
    if wrong or not scopes:
        problem = f"`{wrong[0]}` is not a scope" if wrong else "it has no scope"
        raise ConsumerError(consumer, problem, f"allowed are {', '.join(SCOPES)}")
    if {FEED, FEED_WITHOUT_PERSONS} <= set(scopes):
        raise ConsumerError(consumer, f"`{FEED}` and `{FEED_WITHOUT_PERSONS}` exclude each other", "choose one")


def _new_token(connection: Connection, consumer: str, now: datetime) -> str:
    token = _PREFIX + secrets.token_urlsafe(32)
    run(connection, "consumers", "add_token", consumer=consumer, digest=_digest(token), now=now)
    return token


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogateescape")).digest()
