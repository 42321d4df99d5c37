"""Reports of Yandex Direct from a fake that makes them offline, cuts them off and runs out of points."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from pipeline.attribution.yandex_direct import read
from pipeline.errors import RetryError, SourceRefusedError
from tests.attribution.accounts import account, rows
from tests.attribution.vendor_fake import Fake, Request, Told, serving, told

HEADER = "Date\tCampaignId\tCampaignName\tCost\tClicks\tImpressions\n"
ROWS = "2026-03-01\t701\tОкна ПВХ\t1234560000\t4\t90\n2026-03-02\t701\tОкна ПВХ\t500000\t--\t9\n"


def report(rows_in: str = ROWS, total: int = 2, title: str = "") -> Told:
    return 200, {"Content-Type": "text/tab-separated-values"}, f"{title}{HEADER}{rows_in}Total rows: {total}\n".encode()


class Direct:
    """A report is queued, made, and given at the `after`-th request of its name."""

    def __init__(self) -> None:
        self.after = 1
        self.asked: dict[str, int] = {}

    def answer(self, request: Request) -> Told:
        assert request.headers["authorization"] == "Bearer t0ken"
        assert request.headers["client-login"] == "123"
        if request.path == "/json/v5/clients":
            return told({"result": {"Clients": [{"Login": "123", "Currency": "RUB"}]}})
        name = request.json["params"]["ReportName"]
        self.asked[name] = self.asked.get(name, 0) + 1
        if self.asked[name] < self.after:
            return (201 if self.asked[name] == 1 else 202), {"retryIn": "7"}, b""
        return report()


@pytest.fixture
def server() -> Direct:
    return Direct()


@pytest.fixture
def direct(server: Direct) -> Iterator[Fake]:
    with serving(Fake(server.answer)) as fake:
        yield fake


def test_a_report_made_at_once_is_read(direct: Fake) -> None:
    found = rows(read, account("yandex-direct", direct.url))
    assert found[0] == {
        "day": "2026-03-01", "campaign_id": "701", "campaign_name": "Окна ПВХ", "spend_micros": "1234560000", "clicks": "4",
        "impressions": "90", "account": "123", "currency": "RUB",
    }  # fmt: skip
    assert len(found) == 2


def test_an_offline_report_is_asked_for_again_by_its_name_until_it_is_there(direct: Fake, server: Direct) -> None:
    server.after = 4
    waits: list[float] = []
    found = rows(read, account("yandex-direct", direct.url, sleep=waits.append))
    assert (len(found), waits, list(server.asked.values())) == (2, [7.0, 7.0, 7.0], [4])


def test_a_report_that_never_comes_ends_the_wait(direct: Fake, server: Direct) -> None:
    server.after = 10_000
    clock = [0.0]
    patient = replace(
        account("yandex-direct", direct.url),
        sleep=lambda seconds: clock.append(clock[-1] + seconds),
        monotonic=lambda: clock[-1],
    )
    with pytest.raises(RetryError, match="the report is not ready within 900 s"):
        rows(read, patient)
    assert 890 < clock[-1] <= 900


@pytest.mark.parametrize(("vat", "word"), [("included", "YES"), ("excluded", "NO")])
def test_vat_is_asked_for_as_the_configuration_says(direct: Fake, vat: str, word: str) -> None:
    rows(read, account("yandex-direct", direct.url, vat=vat, currency="RUB"))
    asked = direct.requests[-1].json["params"]
    assert (asked["IncludeVAT"], asked["SelectionCriteria"]["DateFrom"]) == (word, "2026-03-01")
    assert direct.requests[-1].headers["returnmoneyinmicros"] == "true"


@pytest.mark.parametrize(
    "broken",
    [report(total=3), (200, {}, (HEADER + ROWS).encode()), (200, {}, b""), (200, {}, HEADER.encode() + b"\xd0")],
    ids=["fewer rows than told", "no last line", "empty", "cut inside a letter"],
)
def test_a_report_that_was_cut_off_is_not_taken_for_a_whole_one(direct: Fake, broken: Told) -> None:
    direct.script = [broken]
    with pytest.raises(RetryError, match="whole"):
        rows(read, account("yandex-direct", direct.url, currency="RUB"))


def test_an_empty_report_is_no_row(direct: Fake) -> None:
    direct.script = [report("", 0, '"leadfold (2026-03-01 - 2026-03-31)"\n')]
    assert rows(read, account("yandex-direct", direct.url, currency="RUB")) == []


def test_points_that_ran_out_are_waited_for(direct: Fake) -> None:
    direct.script = [told({"error": {"error_code": "152", "error_string": "Not enough points"}}, 400)]
    assert len(rows(read, account("yandex-direct", direct.url, currency="RUB"))) == 2


def test_a_wrong_token_is_a_refusal(direct: Fake) -> None:
    direct.script = [told({"error": {"error_code": 53, "error_detail": "t0ken"}}, 400)]
    with pytest.raises(SourceRefusedError, match="renew the secret `TOKEN`"):
        rows(read, account("yandex-direct", direct.url, currency="RUB"))
