"""Meta's Insights API: spend per campaign and day.

Meta restates what it charged for 28 days, so each run reads them again. What can go wrong: a limit on requests (told with
status 400 or 403), an account so large that a month is too much for one answer (it is then asked in halves), cursors that
come back.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import orjson

from pipeline.attribution.ad_account import AdAccount, Cells, Window, busy, open_account, refused
from pipeline.errors import SourceRefusedError
from pipeline.sources.dotted import at, text_at
from pipeline.sources.http import Http, get_json

BASE_URL = "https://graph.facebook.com"
API_VERSION = "v25.0"
_DAYS = 31
_PAGE = 500
_MOST_PAGES = 2000
_FIELDS = "campaign_id,campaign_name,spend,account_currency,clicks,impressions,date_start"
# Campaigns that were deleted since are out of an answer unless they are asked for, and their money with them.
_STATUSES = (
    "ACTIVE", "PAUSED", "DELETED", "ARCHIVED", "PENDING_REVIEW", "DISAPPROVED", "PREAPPROVED", "PENDING_BILLING_INFO", "CAMPAIGN_PAUSED",
    "ADSET_PAUSED", "IN_PROCESS", "WITH_ISSUES",
)  # fmt: skip
_BUSY = frozenset({1, 2, 4, 17, 32, 341, 613})
_BUSY_BUSINESS = range(80_000, 80_015)
_NO_TOKEN = frozenset({102, 190, 463, 467})
_NO_RIGHT = frozenset({3, 10, *range(200, 300)})
_TOO_MUCH = frozenset({99, 1_487_534, 1_504_018})
"""Subcodes of an answer that took too long or grew too large."""


class _TooMuchError(Exception):
    """The answer would be too large."""


def read(account: AdAccount, window: Window) -> Iterator[Cells]:
    """Rows of the window. Raises RetryError, SourceRefusedError, MissingSecretError."""
    with open_account(account, BASE_URL, "", judge=_judge(account)) as http:
        for part in window.parts(_DAYS):
            yield from _read_part(account, http, part)


def _read_part(account: AdAccount, http: Http, part: Window) -> Iterator[Cells]:
    try:
        rows = list(_pages(account, http, part))
    except _TooMuchError:
        if part.first == part.last:
            raise busy(account, "one day is too much for one answer") from None
        middle = part.first + (part.last - part.first) // 2
        yield from _read_part(account, http, Window(part.first, middle))
        yield from _read_part(account, http, Window(middle + timedelta(days=1), part.last))
        return
    yield from rows


def _pages(account: AdAccount, http: Http, part: Window) -> Iterator[Cells]:
    settings = account.settings
    number = settings.account.removeprefix("act_")
    path = f"/{settings.api_version or API_VERSION}/act_{number}/insights"
    fixed: dict[str, str | int] = {
        "level": "campaign", "time_increment": 1, "limit": _PAGE, "fields": _FIELDS,
        "time_range": _compact({"since": part.first.isoformat(), "until": part.last.isoformat()}),
        "filtering": _compact([{"field": "campaign.effective_status", "operator": "IN", "value": _STATUSES}]),
    }  # fmt: skip
    after, seen = "", {""}
    for _ in range(_MOST_PAGES):
        answer = get_json(http, path, fixed | ({"after": after} if after else {}))
        rows = at(answer, "data")
        if not isinstance(rows, list):
            raise busy(account, "the answer has no list under `data`")
        for row in rows:
            yield _cells(row, number)
        # The address of the next page holds the secret, and may be another host's: only its cursor is used.
        after = text_at(answer, "paging.cursors.after")
        if not after or not at(answer, "paging.next"):
            return
        if after in seen:
            raise busy(account, f"the pages repeat after {len(seen)} pages")
        seen.add(after)
    raise busy(account, f"the pages do not end within {_MOST_PAGES} pages")


def _cells(row: Any, number: str) -> Cells:
    return {
        "day": text_at(row, "date_start"),
        "account": number,
        "campaign_id": text_at(row, "campaign_id"),
        "campaign_name": text_at(row, "campaign_name"),
        "spend": text_at(row, "spend"),
        "currency": text_at(row, "account_currency"),
        "clicks": text_at(row, "clicks"),
        "impressions": text_at(row, "impressions"),
    }


def _compact(value: Any) -> str:
    return orjson.dumps(value).decode()


def _judge(account: AdAccount) -> Any:
    def judge(status: int, content: bytes, headers: Mapping[str, str]) -> Exception | None:
        try:
            error = at(orjson.loads(content), "error")
        except orjson.JSONDecodeError:
            return None
        if not isinstance(error, dict):
            return None
        code, subcode = error.get("code"), error.get("error_subcode")
        if subcode in _TOO_MUCH or "reduce the amount of data" in str(error.get("message")):
            return _TooMuchError()
        if code in _NO_TOKEN:
            return refused(account, f"answered {status}, code {code}: the token is not valid")
        if code in _NO_RIGHT:
            return refused(account, f"answered {status}, code {code}: the token may not read this account")
        if code in _BUSY or code in _BUSY_BUSINESS or error.get("is_transient"):
            return busy(account, f"answered {status}, code {code}: too many requests", _asked_wait(headers))
        named = f"code {code}" if isinstance(code, int) else "without a code"
        return SourceRefusedError(
            account.settings.name, f"answered {status}, {named}", "check `account` and `api_version` of this spend"
        )

    return judge


def _asked_wait(headers: Mapping[str, str]) -> float | None:
    """Minutes until the account may ask again, where Meta says so."""
    try:
        usage = orjson.loads(headers.get("x-business-use-case-usage", "null"))
    except orjson.JSONDecodeError:
        return None
    told = [
        minutes
        for each in (usage.values() if isinstance(usage, dict) else ())
        for entry in (each if isinstance(each, list) else ())
        if isinstance(minutes := at(entry, "estimated_time_to_regain_access"), int) and minutes > 0
    ]
    return max(told) * 60.0 if told else None
