"""Meta's insights from a fake that pages by cursor, limits and loses its place."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.attribution.ad_account import Window
from pipeline.attribution.meta_insights import read
from pipeline.errors import RetryError, SourceRefusedError
from tests.attribution.accounts import MARCH, account, rows
from tests.attribution.vendor_fake import Fake, Request, Told, serving, told


class Insights:
    """Three campaigns a day, two rows a page."""

    def __init__(self) -> None:
        self.most_days = 366
        self.loops = False

    def answer(self, request: Request) -> Told:
        assert request.headers["authorization"] == "Bearer t0ken"
        assert request.path.endswith("/act_123/insights")
        asked = json.loads(request.query["time_range"])
        first, last = date.fromisoformat(asked["since"]), date.fromisoformat(asked["until"])
        days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
        if len(days) > self.most_days:
            return told({"error": {"code": 1, "error_subcode": 99, "message": "Please reduce the amount of data"}}, 500)
        listed = [self.row(day, number) for day in days for number in (1, 2, 3)]
        start = int(request.query.get("after", "0"))
        page: dict[str, Any] = {"data": listed[start : start + 2]}
        if start + 2 < len(listed):
            after = str(2 if self.loops else start + 2)
            page["paging"] = {"cursors": {"after": after}, "next": "https://elsewhere.example/?access_token=leak"}
        return told(page)

    @staticmethod
    def row(day: date, number: int) -> dict[str, str]:
        return {
            "campaign_id": f"77{number}", "campaign_name": f"Okna {number}", "spend": f"{number}.25", "account_currency": "PLN",
            "clicks": "4", "impressions": "90", "date_start": day.isoformat(), "date_stop": day.isoformat(),
        }  # fmt: skip


@pytest.fixture
def insights() -> Insights:
    return Insights()


@pytest.fixture
def meta(insights: Insights) -> Iterator[Fake]:
    with serving(Fake(insights.answer)) as fake:
        yield fake


def test_every_page_is_read_by_its_cursor(meta: Fake) -> None:
    found = rows(read, account("meta", meta.url, account="act_123"))
    assert len(found) == 31 * 3
    assert found[0] == {
        "day": "2026-03-01", "account": "123", "campaign_id": "771", "campaign_name": "Okna 1", "spend": "1.25", "currency": "PLN",
        "clicks": "4", "impressions": "90",
    }  # fmt: skip
    assert len({(row["day"], row["campaign_id"]) for row in found}) == len(found)


def test_deleted_campaigns_are_asked_for(meta: Fake) -> None:
    rows(read, account("meta", meta.url), Window(date(2026, 3, 1), date(2026, 3, 1)))
    assert "DELETED" in json.loads(meta.requests[0].query["filtering"])[0]["value"]


def test_a_window_that_is_too_much_is_asked_in_halves(meta: Fake, insights: Insights) -> None:
    insights.most_days = 4
    assert len(rows(read, account("meta", meta.url))) == 31 * 3


def test_a_limit_of_requests_is_waited_for(meta: Fake) -> None:
    waits: list[float] = []
    usage = json.dumps({"1": [{"estimated_time_to_regain_access": 0.0}, {"estimated_time_to_regain_access": 1}]})
    meta.script = [
        told({"error": {"code": 80004, "message": "too many calls"}}, 400, **{"x-business-use-case-usage": usage}),
        told({"error": {"code": 17, "is_transient": True}}, 400),
        (200, {}, b'{"data": [{"campaign_id": "77'),
        (503, {}, b"busy"),
    ]
    slow = account("meta", meta.url, sleep=waits.append)
    with pytest.raises(RetryError, match="asked to wait 60 s"):
        rows(read, slow)  # a minute is more than these limits leave
    meta.script = meta.script[0:3]
    assert len(rows(read, slow)) == 31 * 3
    assert len(waits) == 3


@pytest.mark.parametrize(
    ("code", "status", "problem"),
    [(190, 400, "token is not valid"), (200, 403, "may not read"), (100, 400, "check `account`")],
)
def test_a_refusal_says_what_to_do_and_no_secret(meta: Fake, code: int, status: int, problem: str) -> None:
    meta.script = [told({"error": {"code": code, "message": "t0ken of Anna"}}, status)]
    with pytest.raises(SourceRefusedError, match=problem) as caught:
        rows(read, account("meta", meta.url))
    assert "t0ken" not in str(caught.value)


def test_cursors_that_come_back_are_told(meta: Fake, insights: Insights) -> None:
    insights.loops = True
    with pytest.raises(RetryError, match="the pages repeat"):
        rows(read, account("meta", meta.url), MARCH)
