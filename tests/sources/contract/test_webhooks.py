"""What holds for every vendor that posts webhooks."""

import copy
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from pipeline.errors import RecordError
from pipeline.sources.table import CONNECTORS
from tests.sources.contract.example import SECRETS, Example, Post

SECRET = SECRETS["SECRET"]
NOWHERE = {"base_url": "http://127.0.0.1:1"}


@pytest.fixture
def source(pushed, source_of):
    return source_of(pushed, **(NOWHERE if "base_url" in CONNECTORS[pushed.vendor].options.model_fields else {}))


def receive(source, post: Post, now):
    return source.connector.receive(source, post.body, post.headers, post.query, now)


def delivered(source, example: Example, event: Any, now, secret: str = SECRET):
    return receive(source, example.post(event, secret), now)


def enquiries(source, records):
    return source.connector.read(records, source)


def digits(fields) -> str:
    return "".join(letter for value in fields.values() for letter in value if letter.isdigit())


def leaves(document: Any, path: tuple = ()) -> Iterator[tuple]:
    if isinstance(document, dict):
        for key, value in document.items():
            yield (*path, key)
            yield from leaves(value, (*path, key))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from leaves(value, (*path, index))


def changed(document: Any, path: tuple, how) -> Any:
    copied = copy.deepcopy(document)
    inner = copied
    for step in path[:-1]:
        inner = inner[step]
    how(inner, path[-1])
    return copied


def renamed(inner, key):
    inner[f"{key}_v2"] = inner.pop(key)


CHANGES = {
    "dropped": lambda inner, key: inner.pop(key),
    "renamed": renamed,
    "null": lambda inner, key: inner.__setitem__(key, None),
    "a number": lambda inner, key: inner.__setitem__(key, 12),
    "a list": lambda inner, key: inner.__setitem__(key, [inner[key]]),
    "an object": lambda inner, key: inner.__setitem__(key, {"value": inner[key]}),
    "empty": lambda inner, key: inner.__setitem__(key, ""),
}


def test_a_delivery_lands_and_is_read(pushed, source, now):
    received = delivered(source, pushed, pushed.event(7), now)
    assert received.status < 300
    assert len(received.records) == 1


def test_its_enquiry_has_the_expected_fields(pushed, source, now):
    if source.connector.complete is not None:
        pytest.skip("its delivery names an id only; the pull's contract reads the rest")
    (enquiry,) = enquiries(source, delivered(source, pushed, pushed.event(7), now).records)
    assert pushed.expected(7).items() <= enquiry.fields.items()


def test_each_number_is_an_enquiry_of_its_own(pushed, source, now):
    received = [delivered(source, pushed, pushed.event(n), now).records[0] for n in (1, 2, 3)]
    assert len({record.group_key for record in received}) == 3


@pytest.mark.parametrize("secret", ["", "wrong", SECRET[:-1], SECRET + "x", "ünï"])
def test_a_wrong_secret_lands_nothing(pushed, source, now, secret):
    received = delivered(source, pushed, pushed.event(1), now, secret)
    assert (received.status, received.records) == (401, ())


def test_a_delivery_without_any_proof_lands_nothing(pushed, source, now):
    post = pushed.post(pushed.event(1), "")
    received = source.connector.receive(
        source, post.body, {k: v for k, v in post.headers.items() if k.lower() == "content-type"}, "", now
    )
    assert (received.status, received.records) == (401, ())


def test_a_redelivery_is_the_same_record(pushed, source, now):
    first, second = (delivered(source, pushed, pushed.event(4), now).records[0] for _ in range(2))
    assert (first.external_id, first.content_hash) == (second.external_id, second.content_hash)


def test_versions_read_the_same_in_any_order(pushed, source, now):
    event = pushed.event(5)
    other = copy.deepcopy(event)
    if isinstance(other, dict):
        other["something_new"] = "1"
    records = [*delivered(source, pushed, event, now).records, *delivered(source, pushed, other, now).records]
    try:
        assert enquiries(source, records) == enquiries(source, records[::-1])
    except RecordError:
        assert source.connector.complete is not None


def test_an_unknown_field_changes_nothing_that_was_known(pushed, source, now):
    if source.connector.complete is not None:
        pytest.skip("its delivery names an id only")
    event = pushed.event(6)
    event = event | {"brand_new_field": "something"} if isinstance(event, dict) else event
    (enquiry,) = enquiries(source, delivered(source, pushed, event, now).records)
    for name, value in pushed.expected(6).items():
        assert value in enquiry.fields[name]


@pytest.mark.parametrize("how", CHANGES)
def test_a_changed_field_never_crashes(pushed, source, now, how):
    event = pushed.event(8)
    for path in leaves(event):
        received = delivered(source, pushed, changed(event, path, CHANGES[how]), now)
        for record in received.records:
            problem = ""
            try:
                assert enquiries(source, [record])
            except RecordError as error:
                problem = str(error)
            assert "example.net" not in problem


def test_a_renamed_field_loses_no_digit_of_a_phone(pushed, source, now):
    phone = "".join(filter(str.isdigit, pushed.expected(8).get("phone", "")))
    event = pushed.event(8)
    for path in leaves(event):
        event_now = changed(event, path, renamed)
        for record in delivered(source, pushed, event_now, now).records:
            try:
                found = enquiries(source, [record])
            except RecordError:
                continue  # in quarantine, with all its digits
            assert any(phone in digits(enquiry.fields) for enquiry in found), path


def test_a_body_that_breaks_off_is_refused_or_lands_and_then_is_quarantined_or_read(pushed, source, now):
    whole = pushed.post(pushed.event(9), SECRET)
    for end in (1, len(whole.body) // 3, len(whole.body) // 2, len(whole.body) - 2):
        broken = Post(whole.body[:end], whole.headers, whole.query)
        received = receive(source, broken, now)
        assert received.status in (200, 401)
        for record in received.records:
            with suppress(RecordError):
                enquiries(source, [record])


def test_an_id_used_for_another_person_is_another_enquiry(pushed, source, now):
    if source.connector.complete is not None:
        pytest.skip("its delivery names an id only")
    first = delivered(source, pushed, pushed.event(1), now).records[0]
    second = delivered(source, pushed, pushed.event(2), now).records[0]
    records = [first, replace(second, external_id=first.external_id, group_key=first.group_key)]
    assert len({enquiry.anchor for enquiry in enquiries(source, records)}) == 2


def test_a_test_delivery_is_marked(pushed, source, now):
    if pushed.marked is None:
        pytest.skip("the vendor marks no tests")
    received = delivered(source, pushed, pushed.marked(pushed.event(1)), now)
    assert received.status < 300
    for record in received.records:
        assert all("test_delivery" in enquiry.signals for enquiry in enquiries(source, [record]))


def test_an_empty_body_lands_nothing(pushed, source, now):
    received = receive(source, Post(b"", pushed.post(pushed.event(1), SECRET).headers), now)
    assert received.records == ()


def test_several_events_in_one_delivery_are_several_records(pushed, source, now):
    if pushed.together is None:
        pytest.skip("the vendor posts one at a time")
    received = delivered(source, pushed, pushed.together([pushed.event(1), pushed.event(2)]), now)
    assert len({record.external_id for record in received.records}) == 2
