"""What holds for every source that is pulled."""

import json
from contextlib import suppress
from email.utils import format_datetime

import pytest

import pipeline.sources.http as http_of_sources
from pipeline.errors import RetryError, SourceRefusedError
from pipeline.sources.http import HttpLimits
from tests.sources.contract.example import SECRETS, HttpWorld


def pages_of(source, cursor, now):
    return list(source.connector.pull(source, cursor, now))


def keys(pages):
    return {(record.external_id, record.content_hash) for page in pages for record in page.records}


def enquiries_of(source, pages):
    groups: dict = {}
    for page in pages:
        for record in page.records:
            groups.setdefault(record.group_key, {})[record.external_id, record.content_hash] = record
    found = [e for group in groups.values() for e in source.connector.read(list(group.values()), source)]
    return sorted(found, key=lambda enquiry: enquiry.received_at)


def over_http(world) -> HttpWorld:
    if not isinstance(world, HttpWorld):
        pytest.skip("does not speak HTTP")
    return world


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Waits of our own are cut, so that a fault costs no seconds; what a vendor asks for is kept."""
    monkeypatch.setattr(http_of_sources, "LIMITS", HttpLimits(longest_wait=0.05))


def test_every_item_is_read_once(pulled, source, world, now):
    for number in range(8):
        world.add(number)
    found = enquiries_of(source, pages_of(source, None, now))
    assert len(found) == 8
    for number, enquiry in enumerate(found):
        assert pulled.expected(number).items() <= enquiry.fields.items()


def test_a_second_run_adds_nothing(source, world, now):
    for number in range(8):
        world.add(number)
    first = pages_of(source, None, now)
    second = pages_of(source, first[-1].cursor, now)
    assert keys(second) <= keys(first)
    assert len(keys(second)) < len(keys(first)) or len(keys(first)) <= 8


def test_a_run_cut_off_after_every_page_goes_on_without_loss(source, world, now):
    for number in range(8):
        world.add(number)
    pages, cursor = [], None
    for _ in range(40):
        page = next(iter(source.connector.pull(source, cursor, now)), None)
        if page is None or (page.cursor == cursor and keys([page]) <= keys(pages)):
            break
        pages.append(page)
        cursor = json.loads(json.dumps(page.cursor))
        if len(enquiries_of(source, pages)) == 8 and page.cursor.get("at") is None:
            break
    pages += pages_of(source, cursor, now)
    assert len(enquiries_of(source, pages)) == 8


def test_what_arrives_while_the_list_is_read_comes_by_the_next_run(source, world, now):
    for number in range(8):
        world.add(number)
    pages = []
    for page in source.connector.pull(source, None, now):
        pages.append(page)
        if len(pages) == 1:
            world.add(20)
            world.add(21)
    pages += pages_of(source, pages[-1].cursor, now)
    assert len(enquiries_of(source, pages)) == 10


def test_what_is_new_comes_with_the_next_run(pulled, source, world, now):
    for number in range(5):
        world.add(number)
    first = pages_of(source, None, now)
    world.add(30)
    found = enquiries_of(source, pages_of(source, first[-1].cursor, now))
    assert any(pulled.expected(30).items() <= enquiry.fields.items() for enquiry in found)


def test_an_empty_place_gives_no_record(source, world, now):
    pages = pages_of(source, None, now)
    assert keys(pages) == set()
    assert keys(pages_of(source, pages[-1].cursor if pages else None, now)) == set()


FAULTS = {
    "429 with seconds": (429, {"Retry-After": "0"}, b"{}"),
    "429 without": (429, {}, b""),
    "503": (503, {}, b"down"),
    "HTML with 200": (200, {"Content-Type": "text/html"}, b"<html>maintenance</html>"),
    "half a JSON": (200, {"Content-Type": "application/json"}, b'{"items": [{"tok'),
    "a cut body": (200, {"Content-Length": "9999"}, b'{"items": []}'),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("before", [0, 1])
def test_one_fault_costs_nothing(source, world, now, fault, before):
    place = over_http(world)
    for number in range(5):
        world.add(number)
    place.faults = [*[None] * before, FAULTS[fault]]
    assert len(enquiries_of(source, pages_of(source, None, now))) == 5


def test_a_date_in_retry_after_is_waited_for(source, world, now):
    place = over_http(world)
    world.add(1)
    place.faults = [(429, {"Retry-After": format_datetime(now(), usegmt=True)}, b"{}")]
    assert len(enquiries_of(source, pages_of(source, None, now))) == 1


def test_a_vendor_that_is_down_is_tried_again_later(source, world, now):
    place = over_http(world)
    place.always = lambda asked, usual: (503, {}, b"down")
    with pytest.raises(RetryError):
        pages_of(source, None, now)


def test_a_refused_secret_is_named_and_not_shown(source, world, now):
    place = over_http(world)
    place.always = lambda asked, usual: (401, {}, b"{}")
    with pytest.raises(SourceRefusedError) as error:
        pages_of(source, None, now)
    assert "`TOKEN`" in str(error.value)
    assert SECRETS["TOKEN"] not in str(error.value)


def test_a_list_that_goes_round_stops(source, world, now):
    place = over_http(world)
    for number in range(8):
        world.add(number)
    first: list = []

    def again(asked, usual):
        first.append(usual)
        return first[0]

    place.always = again
    with_error = False
    try:
        pages_of(source, None, now)
    except RetryError:
        with_error = True
    assert with_error or len(first) < 3


def test_an_answer_of_another_shape_brings_no_record(source, world, now):
    place = over_http(world)
    for body in (b"[1, 2]", b'"text"', b"null", b'{"unexpected": true}', b'{"items": {"a": 1}}'):
        place.always = lambda asked, usual, body=body: (200, {"Content-Type": "application/json"}, body)
        found = set()
        with suppress(RetryError, SourceRefusedError):
            found = keys(pages_of(source, None, now))
        assert found == set()


def test_an_answer_that_drips_is_given_up(source, world, now, monkeypatch):
    place = over_http(world)
    for number in range(5):
        world.add(number)
    monkeypatch.setattr(http_of_sources, "LIMITS", HttpLimits(total_seconds=0.3, attempts=2, longest_wait=0.01))
    place.drip = 0.02
    with pytest.raises(RetryError):
        pages_of(source, None, now)


def test_webhook_and_pull_are_one_enquiry(pulled, source, world, now):
    if pulled.event is None:
        pytest.skip("posts no webhook")
    world.add(3)
    post = pulled.post(pulled.event(3), SECRETS["SECRET"])
    received = source.connector.receive(source, post.body, post.headers, post.query, now)
    records = [*received.records, *(r for page in pages_of(source, None, now) for r in page.records)]
    assert len({record.group_key for record in records}) == 1
    (enquiry,) = source.connector.read(records, source)
    assert pulled.expected(3).items() <= enquiry.fields.items()
