"""VK Ads from a fake: plans by offset, statistics in batches."""

from collections.abc import Iterator

import pytest

from pipeline.attribution.vk_ads import read
from pipeline.errors import RetryError
from tests.attribution.accounts import account, rows
from tests.attribution.vendor_fake import Fake, Request, Told, serving, told

PLANS = [{"id": 1000 + number, "name": f"План {number}"} for number in range(60)]


def answer(request: Request) -> Told:
    if request.path == "/api/v2/ad_plans.json":
        assert "deleted" in request.query["_status__in"]
        start = int(request.query["offset"])
        return told({"count": len(PLANS), "items": PLANS[start : start + 40], "offset": start})
    ids = request.query["id"].split(",")
    assert len(ids) <= 50
    base = {"shows": 90, "clicks": 4, "spent": "12.5"}
    return told(
        {
            "items": [
                {"id": int(i), "rows": [{"date": "2026-03-01", "base": base}], "total": {"base": base}} for i in ids
            ]
        }
    )


@pytest.fixture
def vk() -> Iterator[Fake]:
    with serving(Fake(answer)) as fake:
        yield fake


def test_every_plan_s_days_are_read(vk: Fake) -> None:
    found = rows(read, account("vk", vk.url))
    assert len(found) == 60
    assert found[0] == {
        "day": "2026-03-01", "account": "123", "campaign_id": "1000", "campaign_name": "План 0", "spend": "12.5", "currency": "RUB",
        "clicks": "4", "impressions": "90",
    }  # fmt: skip


def test_pages_of_plans_that_repeat_are_told(vk: Fake) -> None:
    vk.answer = lambda _: told({"count": 1000, "items": PLANS[:5]})
    with pytest.raises(RetryError, match="repeat"):
        rows(read, account("vk", vk.url))
