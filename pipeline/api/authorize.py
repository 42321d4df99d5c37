"""Who calls: a dependency for every address behind a token, by scope.

    door = consumer_door(warehouse, secret_of_feed_token, now)

    @router.get("/feed")
    def read(caller: Annotated[Caller, Depends(door(FEED, FEED_WITHOUT_PERSONS))]) -> Response: ...

One of the scopes named is enough. No token, or a wrong one: 401 and not a word more. A token without the scope: 403.
"""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import Depends, FastAPI
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr

from pipeline.api.answers import failure, unauthorized
from pipeline.delivery.consumers import DEFAULT_CALLER, SCOPES, Caller, caller_of
from pipeline.warehouse.connection import Warehouse


class UnauthorizedError(Exception):
    """The caller did not show a token that is known."""


class MissingScopeError(Exception):
    """The caller is known, and its token does not reach that far."""

    def __init__(self, scopes: tuple[str, ...]) -> None:
        self.scopes = scopes
        super().__init__(f"this token lacks the scope {' or '.join(f'`{scope}`' for scope in scopes)}")


class Door(Protocol):
    """Makes a FastAPI dependency that lets callers with one of these scopes in; with none named, every known caller."""

    def __call__(self, *scopes: str) -> Callable[..., Caller]: ...


_BEARER = HTTPBearer(auto_error=False, description="A token of `leadfold consumers add`.")


def consumer_door(warehouse: Warehouse, default_token: SecretStr | None, now: Callable[[], datetime]) -> Door:
    """The door of all consumers; default_token: the secret that `receiver.feed_token` names, which reads all."""

    def door(*scopes: str) -> Callable[..., Caller]:
        assert set(scopes) <= set(SCOPES)

        def authorize(shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> Caller:
            token = shown.credentials.strip() if shown is not None else ""
            caller = DEFAULT_CALLER if _same(token, default_token) else caller_of(warehouse, token, now())
            if caller is None:
                raise UnauthorizedError
            if scopes and not caller.scopes.intersection(scopes):
                raise MissingScopeError(scopes)
            return caller

        return authorize

    return door


def refuse_strangers(app: FastAPI) -> None:
    """Lets an application answer 401 and 403 as described above."""
    app.add_exception_handler(UnauthorizedError, lambda _request, _error: unauthorized())
    app.add_exception_handler(
        MissingScopeError, lambda _request, error: failure(403, f"{error}; a new consumer can be given it")
    )


def _same(given: str, expected: SecretStr | None) -> bool:
    secret = expected.get_secret_value() if expected is not None else ""
    # Digests have one length, so the comparison's time tells nothing, not even how long the token is.
    return hmac.compare_digest(_digest(given), _digest(secret)) and bool(secret)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
