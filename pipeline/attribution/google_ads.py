"""Google Ads: cost per campaign and day, by one streamed query a month.

What can go wrong: the developer token is for test accounts only, or the login account does not manage this one (both a
refusal); a stream that ends early, which is no whole JSON and is asked for again.
"""

from collections.abc import Iterator
from typing import Any

from pipeline.attribution.ad_account import AdAccount, Cells, Window, busy, open_account
from pipeline.sources.dotted import at, text_at
from pipeline.sources.http import ask

BASE_URL = "https://googleads.googleapis.com"
TOKEN_URL = "https://oauth2.googleapis.com/token"
API_VERSION = "v26"
"""A version lives for a year; `api_version` names a later one."""
_DAYS = 31
_SELECT = (
    "SELECT segments.date, campaign.id, campaign.name, metrics.cost_micros, metrics.clicks, metrics.impressions, "
    "customer.currency_code FROM campaign"
)


def read(account: AdAccount, window: Window) -> Iterator[Cells]:
    """Rows of the window. Raises RetryError, SourceRefusedError, MissingSecretError."""
    settings = account.settings
    customer = _digits(settings.account)
    headers = {"developer-token": account.secret("developer_token")}
    if settings.login_account:
        headers["login-customer-id"] = _digits(settings.login_account)
    path = f"/{settings.api_version or API_VERSION}/customers/{customer}/googleAds:searchStream"
    with open_account(account, BASE_URL, TOKEN_URL, headers) as http:
        for part in window.parts(_DAYS):
            batches = ask(http, "POST", path, json={"query": _query(part)}).json()
            for row in _rows(account, batches):
                yield _cells(row, customer)


def _query(part: Window) -> str:
    """Days are dates: nothing of the configuration stands in it."""
    days = f"segments.date BETWEEN '{part.first.isoformat()}' AND '{part.last.isoformat()}'"
    return f"{_SELECT} WHERE {days} ORDER BY segments.date, campaign.id"


def _rows(account: AdAccount, batches: Any) -> Iterator[Any]:
    for batch in batches if isinstance(batches, list) else [batches]:
        results = at(batch, "results")
        if at(batch, "error") is not None or not (results is None or isinstance(results, list)):
            raise busy(account, "the stream broke off with an error")
        yield from results or ()


def _cells(row: Any, customer: str) -> Cells:
    return {
        "day": text_at(row, "segments.date"),
        "account": customer,
        "campaign_id": text_at(row, "campaign.id"),
        "campaign_name": text_at(row, "campaign.name"),
        # JSON leaves out what is nought.
        "spend_micros": text_at(row, "metrics.costMicros") or "0",
        "currency": text_at(row, "customer.currencyCode"),
        "clicks": text_at(row, "metrics.clicks"),
        "impressions": text_at(row, "metrics.impressions"),
    }


def _digits(account: str) -> str:
    return "".join(filter(str.isdigit, account))
