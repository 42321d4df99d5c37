"""An ad account that is asked through its vendor's API: the days to read, the door with its secret, what a refusal means.

Every vendor's module has one function, `read(account, window)`, that yields rows as text under our column names: they are read
and refused like rows of a file. What can go wrong: a secret that ran out, a limit on requests, an answer that is cut off; each
is one error of `pipeline.errors`, and nothing of that account is loaded then.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import httpx

from pipeline.errors import RetryError, SourceRefusedError
from pipeline.settings import Secrets, SpendSettings
from pipeline.sources.http import Http, HttpLimits, ask, open_http

Cells = Mapping[str, str]
"""Our column name to text: day, account, campaign_id, campaign_name, spend or spend_micros, currency, clicks, impressions."""

Judge = Callable[[int, bytes, Mapping[str, str]], Exception | None]
"""What a vendor's answer above 399 means, by status, body and headers; None leaves it to the status."""

LIMITS = HttpLimits(total_seconds=600.0, longest_wait=60.0)
_LARGEST_REFUSAL = 1_000_000


@dataclass(frozen=True, slots=True)
class Window:
    """Days from first to last, both included."""

    first: date
    last: date

    def parts(self, days: int) -> Iterator["Window"]:
        """Stretches of at most `days` days, in order."""
        first = self.first
        while first <= self.last:
            last = min(first + timedelta(days=days - 1), self.last)
            yield Window(first, last)
            first = last + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdAccount:
    """One [[spend]] that has an API. place: how errors call its table. sleep, monotonic: how it waits."""

    settings: SpendSettings
    place: str
    secrets: Secrets
    now: Callable[[], datetime]
    limits: HttpLimits = LIMITS
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic

    def secret(self, key: str) -> str:
        """The secret whose name stands at this key. Raises MissingSecretError."""
        return self.secrets.get(f"{self.place}.{key}", getattr(self.settings, key)).get_secret_value()


@contextmanager
def open_account(
    account: AdAccount,
    base_url: str,
    token_url: str,
    headers: Mapping[str, str] | None = None,
    judge: Judge | None = None,
) -> Iterator[Http]:
    """A connection to the vendor's API with the account's token.

    base_url, token_url: the vendor's own, unless the configuration names others. Raises MissingSecretError, and what asking for a
    fresh token raises.
    """
    settings = account.settings
    base = settings.base_url or base_url
    token = (
        _fresh_token(account, settings.token_url or token_url) if settings.refresh_token else account.secret("token")
    )
    with open_http(
        settings.name, base, now=account.now, secret_name=settings.refresh_token or settings.token,
        headers={"Authorization": f"Bearer {token}", **(headers or {})},
        limits=account.limits, sleep=account.sleep, monotonic=account.monotonic,
    ) as http:  # fmt: skip
        if judge is not None:
            http.client.event_hooks = {"response": [_judging(judge)]}
        yield http


def _judging(judge: Judge) -> Callable[[httpx.Response], None]:
    """A vendor says in the body of a refusal whether to wait or to give up; the status alone would not."""

    def look(response: httpx.Response) -> None:
        size = response.headers.get("content-length", "0")
        if response.status_code < 400 or not size.isdigit() or int(size) > _LARGEST_REFUSAL:
            return
        found = judge(response.status_code, response.read(), response.headers)
        if found is not None:
            raise found

    return look


def _fresh_token(account: AdAccount, url: str) -> str:
    """An access token for an hour, by the refresh token."""
    parts = urlsplit(url)
    form = {
        "grant_type": "refresh_token",
        "refresh_token": account.secret("refresh_token"),
        "client_id": account.settings.client_id,
        "client_secret": account.secret("client_secret"),
    }
    with open_http(
        account.settings.name, f"{parts.scheme}://{parts.netloc}", now=account.now, secret_name=account.settings.refresh_token,
        limits=account.limits, sleep=account.sleep, monotonic=account.monotonic,
    ) as http:  # fmt: skip
        answer = ask(http, "POST", parts.path, form=form).json()
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if not isinstance(token, str) or not token:
        raise SourceRefusedError(
            account.settings.name,
            "the answer holds no access token",
            f"renew the secret `{account.settings.refresh_token}`",
        )
    return token


def refused(account: AdAccount, problem: str) -> SourceRefusedError:
    """The error of a vendor that will not serve this secret."""
    named = account.settings.refresh_token or account.settings.token
    return SourceRefusedError(
        account.settings.name, problem, f"renew the secret `{named}` or give it the right to read reports"
    )


def busy(account: AdAccount, problem: str, seconds: float | None = None) -> RetryError:
    """The error of a vendor that asks to come later."""
    wait = None if seconds is None else timedelta(seconds=seconds)
    return RetryError(f"source {account.settings.name}", problem, wait)
