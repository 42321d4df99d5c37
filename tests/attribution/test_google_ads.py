"""Google Ads' searchStream from a fake: batches, micros, tokens that live for an hour."""

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from pipeline.attribution.google_ads import read
from pipeline.errors import RetryError, SourceRefusedError
from tests.attribution.accounts import account, rows
from tests.attribution.vendor_fake import Fake, Request, Told, serving, told


def result(day: str, micros: str | None) -> dict[str, object]:
    metrics = {"clicks": "3", "impressions": "90"} | ({"costMicros": micros} if micros else {})
    return {
        "customer": {"resourceName": "customers/123", "currencyCode": "EUR"},
        "campaign": {"resourceName": "customers/123/campaigns/77", "id": "77", "name": "Okna"},
        "metrics": metrics,
        "segments": {"date": day},
    }


def answer(request: Request) -> Told:
    if request.path == "/token":
        form = parse_qs(request.body.decode())
        assert form["grant_type"] == ["refresh_token"]
        assert (form["refresh_token"], form["client_secret"]) == (["r3fresh"], ["cl1ent"])
        return told({"access_token": "hour", "expires_in": 3599})
    assert request.path.endswith("/customers/1234567890/googleAds:searchStream")
    assert request.headers["developer-token"] == "d3veloper"
    assert "BETWEEN '2026-03-01' AND '2026-03-31'" in request.json["query"]
    return told(
        [
            {"results": [result("2026-03-01", "1234567"), result("2026-03-02", None)], "requestId": "a"},
            {"results": [result("2026-03-03", "1")]},
            {"fieldMask": "segments.date"},
        ]
    )


@pytest.fixture
def google() -> Iterator[Fake]:
    with serving(Fake(answer)) as fake:
        yield fake


OPTIONS = {"account": "123-456-7890", "developer_token": "DEVELOPER"}


def test_all_batches_of_the_stream_are_read(google: Fake) -> None:
    found = rows(read, account("google-ads", google.url, login_account="999-1", **OPTIONS))
    assert [row["spend_micros"] for row in found] == ["1234567", "0", "1"]
    assert (found[0]["currency"], found[0]["account"]) == ("EUR", "1234567890")
    assert google.requests[0].headers["login-customer-id"] == "9991"
    assert google.requests[0].headers["authorization"] == "Bearer t0ken"


def test_a_refresh_token_gives_the_token_of_the_hour(google: Fake) -> None:
    fresh = {
        "refresh_token": "REFRESH",
        "client_id": "id",
        "client_secret": "CLIENT",
        "token": "",
        "token_url": f"{google.url}/token",
    }
    rows(read, account("google-ads", google.url, **OPTIONS, **fresh))
    assert google.requests[-1].headers["authorization"] == "Bearer hour"


def test_a_stream_that_breaks_off_is_asked_for_again(google: Fake) -> None:
    google.script = [(200, {}, b'[{"results": [{"segments": '), (429, {"Retry-After": "1"}, b"{}")]
    assert len(rows(read, account("google-ads", google.url, **OPTIONS))) == 3


def test_an_error_inside_the_stream_loads_nothing(google: Fake) -> None:
    google.script = [told([{"results": [result("2026-03-01", "5")]}, {"error": {"code": 13}}])]
    with pytest.raises(RetryError, match="broke off"):
        rows(read, account("google-ads", google.url, **OPTIONS))


def test_a_wrong_developer_token_is_a_refusal(google: Fake) -> None:
    google.script = [told([{"error": {"code": 403, "message": "d3veloper"}}], 403)]
    with pytest.raises(SourceRefusedError, match="check the secret `TOKEN`"):
        rows(read, account("google-ads", google.url, **OPTIONS))
