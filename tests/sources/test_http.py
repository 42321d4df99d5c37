from datetime import UTC, datetime, timedelta

import pytest

from pipeline.errors import RetryError, SourceRefusedError
from pipeline.sources.http import HttpLimits, get_json, open_http

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


class VirtualTime:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.seconds = 0.0
        self.slept = []

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.seconds += seconds

    def monotonic(self):
        return self.seconds


@pytest.fixture
def time():
    return VirtualTime()


def get(server, time, **limits):
    with open_http(
        "shop",
        server.url,
        now=lambda: NOW,
        secret_name="TOKEN",
        limits=HttpLimits(**limits),
        sleep=time.sleep,
        monotonic=time.monotonic,
    ) as http:
        return get_json(http, "/bott0ken/getUpdates", {"limit": 10})


@pytest.mark.parametrize(
    ("headers", "body", "least"),
    [
        ({"Retry-After": "7"}, b"", 7),
        ({"Retry-After": "Tue, 01 Sep 2026 12:00:20 GMT"}, b"", 20),
        ({}, b'{"parameters": {"retry_after": 9}}', 9),
        ({"Retry-After": "soon"}, b"", 0.5),
    ],
    ids=["seconds", "date", "telegram's body", "nonsense"],
)
def test_waits_as_long_as_asked(telegram, time, headers, body, least):
    telegram.script = [(429, headers, body)]
    get(telegram, time)
    assert time.slept == [least]


def test_a_wait_longer_than_the_budget_is_handed_to_the_caller(telegram, time):
    telegram.script = [(429, {"Retry-After": "3600"}, b"")]
    with pytest.raises(RetryError) as error:
        get(telegram, time)
    assert error.value.retry_after == timedelta(hours=1)
    assert time.slept == []


def test_tries_are_counted(telegram, time):
    telegram.script = [(500, {}, b"")] * 10
    with pytest.raises(RetryError, match="source shop: answered 500"):
        get(telegram, time, attempts=4)
    assert len(telegram.requests) == 4


def test_refused_connection_is_a_retry_without_the_address(time):
    class Nobody:
        url = "http://127.0.0.1:9"

    with pytest.raises(RetryError) as error:
        get(Nobody, time, attempts=2)
    assert "t0ken" not in str(error.value)
    assert error.value.__cause__ is None


@pytest.mark.parametrize("status", [302, 400, 403, 404, 409])
def test_refusals_stop_at_once(telegram, time, status):
    telegram.script = [(status, {"Location": "http://127.0.0.1:9/"}, b"{}")]
    with pytest.raises(SourceRefusedError, match=f"source shop: answered {status}"):
        get(telegram, time)
    assert len(telegram.requests) == 1


def test_an_answer_above_the_cap_is_not_read_to_its_end(telegram, time):
    telegram.script = [(200, {}, b" " * 500_000)]
    with pytest.raises(SourceRefusedError, match="larger than 100000 bytes"):
        get(telegram, time, max_bytes=100_000)


def test_an_answer_that_only_trickles_is_given_up(telegram, time):
    time.monotonic = lambda: time.__dict__.__setitem__("seconds", time.seconds + 1) or time.seconds
    telegram.script = [(200, {}, b" " * 3_000_000)]
    with pytest.raises(RetryError, match="no whole answer within 5 s"):
        get(telegram, time, total_seconds=5)
