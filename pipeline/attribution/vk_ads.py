"""VK Ads (ads.vk.com, API v2): spend per ad plan and day.

Plans are listed first, removed ones too, then their statistics are asked in batches. Written from the public documentation and
tested against a fake of ours; it has not run against the live service.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.attribution.ad_account import AdAccount, Cells, Window, busy, open_account
from pipeline.sources.dotted import at, text_at
from pipeline.sources.http import Http, get_json

BASE_URL = "https://ads.vk.com"
TOKEN_URL = "https://ads.vk.com/api/v2/oauth2/token.json"
CURRENCY = "RUB"
_DAYS = 90
"""The API takes 92 days at once."""
_PLANS_PER_PAGE = 250
_PLANS_AT_ONCE = 50
_MOST_PLANS = 100_000


def read(account: AdAccount, window: Window) -> Iterator[Cells]:
    """Rows of the window. Raises RetryError, SourceRefusedError, MissingSecretError."""
    with open_account(account, BASE_URL, TOKEN_URL) as http:
        plans = _plans(account, http)
        ids = list(plans)
        for part in window.parts(_DAYS):
            for start in range(0, len(ids), _PLANS_AT_ONCE):
                yield from _statistics(account, http, part, ids[start : start + _PLANS_AT_ONCE], plans)


def _plans(account: AdAccount, http: Http) -> Mapping[str, str]:
    """Names of all plans by their ids."""
    found: dict[str, str] = {}
    offset = 0
    while offset < _MOST_PLANS:
        params: dict[str, str | int] = {
            "fields": "id,name", "_status__in": "active,blocked,deleted", "limit": _PLANS_PER_PAGE, "offset": offset,
        }  # fmt: skip
        answer = get_json(http, "/api/v2/ad_plans.json", params)
        items, count = at(answer, "items"), at(answer, "count")
        if not isinstance(items, list):
            raise busy(account, "the answer has no list under `items`")
        before = len(found)
        found |= {text_at(item, "id"): text_at(item, "name") for item in items if text_at(item, "id")}
        offset += len(items)
        if not items or (isinstance(count, int) and offset >= count):
            return found
        if len(found) == before:
            raise busy(account, f"the pages of ad plans repeat after {offset} plans")
    raise busy(account, f"there are more than {_MOST_PLANS} ad plans")


def _statistics(
    account: AdAccount, http: Http, part: Window, ids: Sequence[str], plans: Mapping[str, str]
) -> Iterator[Cells]:
    params: dict[str, str | int] = {
        "id": ",".join(ids), "date_from": part.first.isoformat(), "date_to": part.last.isoformat(), "metrics": "base",
    }  # fmt: skip
    items = at(get_json(http, "/api/v2/statistics/ad_plans/day.json", params), "items")
    if not isinstance(items, list):
        raise busy(account, "the answer has no list under `items`")
    for item in items:
        plan = text_at(item, "id")
        rows = at(item, "rows")
        for row in rows if isinstance(rows, list) else ():
            yield _cells(account, plan, plans.get(plan, ""), row)


def _cells(account: AdAccount, plan: str, name: str, row: Any) -> Cells:
    return {
        "day": text_at(row, "date"),
        "account": account.settings.account,
        "campaign_id": plan,
        "campaign_name": name,
        "spend": text_at(row, "base.spent"),
        "currency": account.settings.currency or CURRENCY,
        "clicks": text_at(row, "base.clicks"),
        "impressions": text_at(row, "base.shows"),
    }
