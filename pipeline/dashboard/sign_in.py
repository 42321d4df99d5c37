"""Who may come in: passwords and their throttle, signed cookies, and the roles of people whom a provider knows.

No Streamlit and no web server here: decisions over values, with the time as an argument.
"""

import base64
import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Any

from pipeline.dashboard.viewer import ROLES_IN_ORDER, Viewer, ViewerRole
from pipeline.errors import ConfigError, MissingExtraError

COOKIE = "leadfold_session"
SESSION = timedelta(days=7)
"""How long somebody stays signed in, with a password as with a provider."""
LEAST_PASSWORD = 10
"""Characters. Short ones fall to a list of known passwords, whatever the hash."""
FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=5)
_FORGET_AFTER = timedelta(hours=1)
_MOST_KNOWN = 10_000
"""Names and addresses kept by the throttle; the oldest go first."""
_GROUP = "group:"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with a password. hashed: by argon2."""

    name: str
    role: ViewerRole
    hashed: str = field(repr=False)


def hash_password(password: str) -> str:
    """The hash to keep as a secret. Raises ConfigError for a password that is too short."""
    if len(password) < LEAST_PASSWORD:
        raise ConfigError("password", "is too short", f"choose one of at least {LEAST_PASSWORD} characters")
    return str(_hasher().hash(password))


def require_hash(place: str, secret: str) -> str:
    """The secret, if it is a hash of ours. Raises ConfigError."""
    from argon2 import extract_parameters
    from argon2.exceptions import InvalidHashError

    try:
        extract_parameters(secret)
    except InvalidHashError:
        raise ConfigError(
            place, "the secret that it names is not a hash", "put there what `leadfold dashboard password` prints"
        ) from None
    return secret


_ONE_AT_A_TIME = Lock()
"""A check takes 64 MB of memory; strangers must not choose how many run at once."""


def check_password(users: Mapping[str, User], name: str, password: str) -> User | None:
    """The user whose name (in any case) and password these are. A name that nobody has takes the same time."""
    from argon2.exceptions import VerificationError

    user = users.get(name.strip().casefold())
    with _ONE_AT_A_TIME:
        try:
            _hasher().verify(user.hashed if user else _nobody(), password)
        except VerificationError:
            return None
    return user


@dataclass(slots=True)
class Throttle:
    """Wrong tries by name and by address: five are free, then each doubles the wait, up to five minutes."""

    _tries: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def wait(self, keys: Collection[str], now: datetime) -> timedelta:
        """How long these must wait before their next try; nothing for most."""
        with self._lock:
            return max((self._left(key, now) for key in keys), default=timedelta(0))

    def wrong(self, keys: Collection[str], now: datetime) -> None:
        """Notes a wrong try."""
        with self._lock:
            for key in keys:
                count, last = self._tries.pop(key, (0, now))
                self._tries[key] = ((0 if now - last > _FORGET_AFTER else count) + 1, now)
            while len(self._tries) > _MOST_KNOWN:
                del self._tries[next(iter(self._tries))]

    def right(self, keys: Collection[str]) -> None:
        """Forgets the wrong tries of who got it right."""
        with self._lock:
            for key in keys:
                self._tries.pop(key, None)

    def _left(self, key: str, now: datetime) -> timedelta:
        count, last = self._tries.get(key, (0, now))
        if count < FREE_TRIES or now - last > _FORGET_AFTER:
            return timedelta(0)
        wait = min(LONGEST_WAIT, timedelta(seconds=2 ** min(count - FREE_TRIES + 1, 16)))
        return max(timedelta(0), last + wait - now)


def session_cookie(user: User, key: bytes, now: datetime) -> str:
    """A cookie that says who signed in and until when; it dies with the user's password."""
    said = json.dumps([user.name, int((now + SESSION).timestamp())], ensure_ascii=False).encode()
    return f"{_coded(said)}.{_coded(_signature(said, user, key))}"


def user_of_cookie(cookie: str | None, users: Mapping[str, User], key: bytes, now: datetime) -> User | None:
    """The user that a cookie of ours names, while it is valid."""
    said, _, signature = (cookie or "").partition(".")
    try:
        told = _decoded(said)
        name, until = json.loads(told)
        user = users.get(str(name).casefold())
        is_ours = user is not None and hmac.compare_digest(_decoded(signature), _signature(told, user, key))
        return user if is_ours and now < datetime.fromtimestamp(int(until), UTC) else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def viewer_of_claims(
    claims: Mapping[str, object], roles: Mapping[str, Collection[str]], groups_claim: str, now: datetime
) -> Viewer | None:
    """Whom a provider's token describes; None for who is in no role, whose e-mail the provider did not verify, or who signed in
    longer ago than a session lasts."""
    email = str(claims.get("email") or "").strip().lower()
    if claims.get("email_verified") in {False, "false"}:
        email = ""
    issued = claims.get("iat")
    if isinstance(issued, int | float) and now - datetime.fromtimestamp(issued, UTC) > SESSION:
        return None
    told = claims.get(groups_claim)
    groups = {str(group) for group in told} if isinstance(told, list | tuple) else {str(told)} if told else set()
    for role in ROLES_IN_ORDER:
        if any(_is_meant(entry, email, groups) for entry in roles.get(str(role), ())):
            return Viewer(email or str(claims.get("sub") or ""), role)
    return None


def _is_meant(entry: str, email: str, groups: Collection[str]) -> bool:
    if entry.startswith(_GROUP):
        return entry.removeprefix(_GROUP) in groups
    if entry.startswith("*@"):
        # Not a pattern beyond this one: `*` inside an address would let strangers in.
        return email.endswith(entry[1:].lower()) and email.count("@") == 1
    return bool(email) and email == entry.strip().lower()


def _signature(said: bytes, user: User, key: bytes) -> bytes:
    return hmac.digest(sha256(key + user.hashed.encode()).digest(), said, "sha256")


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


_HASH_OF_NOBODY: list[str] = []


def _nobody() -> str:
    if not _HASH_OF_NOBODY:
        _HASH_OF_NOBODY.append(str(_hasher().hash("nobody has this password")))
    return _HASH_OF_NOBODY[0]


def _hasher() -> Any:
    try:
        from argon2 import PasswordHasher
    except ModuleNotFoundError:
        raise MissingExtraError("sign-in with a password", "dashboard") from None
    return PasswordHasher()
