"""Yandex Direct: the campaign report as TSV, made online or offline as the server chooses.

An offline report is asked for again, by the same name, after as many seconds as `retryIn` says. The last line tells how many
rows there are, so that a report that was cut off is not taken for a whole one. What can go wrong: too many reports wait in the
queue, or points ran out (both pass), the login is another's.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from pipeline.attribution.ad_account import AdAccount, Cells, Window, busy, open_account, refused
from pipeline.errors import SourceRefusedError
from pipeline.sources.dotted import at, text_at
from pipeline.sources.http import Answer, Http, ask

BASE_URL = "https://api.direct.yandex.com"
TOKEN_URL = "https://oauth.yandex.com/token"
LONGEST_WAIT = 900.0
"""Seconds that one offline report may take; the next run asks again."""
_DAYS = 31
_COLUMNS = {
    "Date": "day", "CampaignId": "campaign_id", "CampaignName": "campaign_name", "Cost": "spend_micros", "Clicks": "clicks",
    "Impressions": "impressions",
}  # fmt: skip
_NO_TOKEN = frozenset({53, 54, 58, 513, 3000})
_BUSY = frozenset({52, 55, 56, 152, 506, 1000, 1001, 1002, 9000})


def read(account: AdAccount, window: Window) -> Iterator[Cells]:
    """Rows of the window. Raises RetryError, SourceRefusedError, MissingSecretError."""
    settings = account.settings
    headers = {
        "Accept-Language": "en", "processingMode": "auto", "returnMoneyInMicros": "true", "skipReportHeader": "true",
        "skipColumnHeader": "false", "skipReportSummary": "false",
    }  # fmt: skip
    if settings.account:
        headers["Client-Login"] = settings.account
    # A report's name stands for its parameters and its data: another hour is another report.
    stamp = f"{account.now():%Y%m%d%H%M}"
    with open_account(account, BASE_URL, TOKEN_URL, headers, _judge(account)) as http:
        currency = settings.currency or _currency(account, http)
        for part in window.parts(_DAYS):
            for row in _table(account, _report(account, http, part, stamp)):
                yield {**row, "account": settings.account, "currency": currency}


def _currency(account: AdAccount, http: Http) -> str:
    """The account's currency: reports do not hold it."""
    asked = {"method": "get", "params": {"FieldNames": ["Login", "Currency"]}}
    answer = ask(http, "POST", "/json/v5/clients", json=asked).json()
    if (error := at(answer, "error")) is not None:
        raise _meaning(account, 200, error)
    found = text_at(answer, "result.Clients.0.Currency")
    if not found:
        raise SourceRefusedError(account.settings.name, "tells no currency", "add `currency` to this spend")
    return {"YND_FIXED": "RUB"}.get(found, found)


def _report(account: AdAccount, http: Http, part: Window, stamp: str) -> str:
    vat = "YES" if account.settings.has_vat else "NO"
    body = {
        "params": {
            "SelectionCriteria": {"DateFrom": part.first.isoformat(), "DateTo": part.last.isoformat()},
            "FieldNames": list(_COLUMNS),
            "ReportName": f"leadfold {part.first} {part.last} {vat} {stamp}",
            "ReportType": "CAMPAIGN_PERFORMANCE_REPORT",
            "DateRangeType": "CUSTOM_DATE",
            "Format": "TSV",
            "IncludeVAT": vat,
            "IncludeDiscount": "NO",
        }
    }
    until = http.monotonic() + LONGEST_WAIT
    while True:
        answer = ask(http, "POST", "/json/v5/reports", json=body, as_json=False)
        if answer.status == 200:
            return _text(account, answer)
        wait = _retry_in(answer)
        if http.monotonic() + wait > until:
            raise busy(account, f"the report is not ready within {LONGEST_WAIT:.0f} s", wait)
        http.sleep(wait)


def _retry_in(answer: Answer) -> float:
    told = answer.headers.get("retryIn", "").strip()
    return float(min(max(int(told), 1), 600)) if told.isascii() and told.isdigit() else 30.0


def _text(account: AdAccount, answer: Answer) -> str:
    try:
        return answer.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise busy(account, "the report is not whole UTF-8 text") from None


def _table(account: AdAccount, report: str) -> Iterator[Cells]:
    """Rows of a report. Raises RetryError where fewer came than its last line tells."""
    names: list[str] | None = None
    rows: list[Cells] = []
    for line in report.split("\n"):
        cells = line.rstrip("\r").split("\t")
        if names is None:
            if "Date" in cells and "Cost" in cells:
                names = [_COLUMNS.get(cell, "") for cell in cells]
        elif line.startswith("Total rows:"):
            if line.removeprefix("Total rows:").strip() != str(len(rows)):
                break
            yield from rows
            return
        elif line.strip():
            rows.append({name: cell for name, cell in zip(names, cells, strict=False) if name})
    raise busy(account, f"the report is not whole: {len(rows)} row(s) came")


def _judge(account: AdAccount) -> Any:
    def judge(status: int, content: bytes, headers: Mapping[str, str]) -> Exception | None:
        del headers
        try:
            error = at(orjson.loads(content), "error")
        except orjson.JSONDecodeError:
            return None
        return _meaning(account, status, error) if isinstance(error, dict) else None

    return judge


def _meaning(account: AdAccount, status: int, error: Any) -> Exception:
    told = text_at(error, "error_code")
    code = int(told) if told.isascii() and told.isdigit() else 0
    if code in _NO_TOKEN:
        return refused(account, f"answered {status}, code {code}: the token or the login is not valid")
    if code in _BUSY or status >= 500:
        return busy(account, f"answered {status}, code {code}: the server is busy or points ran out")
    return SourceRefusedError(account.settings.name, f"answered {status}, code {code}", "check `account` of this spend")
