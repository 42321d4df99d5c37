"""The places and kinds of a record's fields."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.lead import RawRecord
from pipeline.sources.shape import LONGEST_PLACE, MOST_PLACES, is_inside, leaf_of, shape_of, way_of

FORM = "application/x-www-form-urlencoded"
Raw = Callable[..., RawRecord]

SHAPES: dict[str, tuple[Any, set[tuple[str, str]]]] = {
    "kinds": (
        {"a": "x", "b": 1, "c": 1.5, "d": True, "e": [], "f": {}},
        {("a", "text"), ("b", "number"), ("c", "number"), ("d", "yes-no"), ("e", "list"), ("f", "object")},
    ),
    "nested": (
        {"form_response": {"hidden": {"utm_source": "g"}}},
        {("form_response", "object"), ("form_response.hidden", "object"), ("form_response.hidden.utm_source", "text")},
    ),
    "null is absent": ({"a": None, "b": {"c": None}}, {("b", "object")}),
    "items of a list": (
        {"answers": [{"text": "x"}, {"number": 3}]},
        {("answers", "list"), ("answers[].text", "text"), ("answers[].number", "number")},
    ),
    "items that name themselves": (
        {"field_data": [{"name": "phone_number", "values": ["+48"]}, {"name": "city", "value": "Łódź"}]},
        {("field_data", "list"), ("field_data[phone_number]", "list"), ("field_data[city]", "text")},
    ),
    "one name for several items": (
        {"rows": [{"name": "a", "value": 1}, {"name": "a", "value": 2}]},
        {("rows", "list"), ("rows[].name", "text"), ("rows[].value", "number")},
    ),
    "a list of words": ({"labels": ["a", "b"]}, {("labels", "list")}),
    "a list at the top": ([{"a": 1}], {("[].a", "number")}),
    "data where a name should be": ({"anna@example.net": 1, "+48501223344": 2}, {("*", "number")}),
}


@pytest.mark.parametrize("case", SHAPES)
def test_a_document_has_its_places_and_kinds(case: str, raw: Raw) -> None:
    document, shape = SHAPES[case]
    assert shape_of(raw(json.dumps(document).encode())) == shape


def test_a_form_has_its_names(raw: Raw) -> None:
    assert shape_of(raw(b"Name=Anna&Phone=&Name=A", media_type=FORM)) == {("Name", "text"), ("Phone", "text")}


def test_a_document_inside_a_form_is_opened(raw: Raw) -> None:
    shape = shape_of(raw(b"formID=1&raw=%7B%22q1_name%22%3A%7B%22first%22%3A%22A%22%7D%7D", media_type=FORM))
    assert shape == {
        ("formID", "text"), ("raw", "text"), ("raw.q1_name", "object"), ("raw.q1_name.first", "text"),
    }  # fmt: skip


def test_a_multipart_form_has_its_names(raw: Raw) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="Name"\r\n\r\nAnna\r\n--x--\r\n'
    assert shape_of(raw(body, media_type="multipart/form-data; boundary=x")) == {("Name", "text")}


def test_a_line_has_its_number_of_columns(raw: Raw) -> None:
    assert shape_of(raw(b'"a","b, c",d', media_type="text/csv")) == {("3 columns", "list")}


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        pytest.param(b"Subject: x\r\n\r\nhello", "message/rfc822", id="a letter"),
        pytest.param(b'{"a": 1', "application/json", id="half a document"),
        pytest.param(b"\xff\x00", "multipart/form-data", id="multipart"),
        pytest.param(b"", "application/json", id="nothing"),
        pytest.param(b"&" .join([b"a=1"] * 3000), FORM, id="too many fields"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_has_no_shape(body: bytes, media_type: str, raw: Raw) -> None:
    assert shape_of(raw(body, media_type=media_type)) == frozenset()


def test_a_shape_is_bounded(raw: Raw) -> None:
    document: dict[str, Any] = {f"{'n' * 200}{chr(97 + n % 26)}{chr(97 + n // 26)}": {"inner": 1} for n in range(600)}
    shape = shape_of(raw(json.dumps(document).encode()))
    wide = shape_of(raw(json.dumps({f"{chr(97 + n % 26)}{chr(97 + n // 26)}": 1 for n in range(600)}).encode()))
    deep = shape_of(raw(b'{"a":' * 500 + b"1" + b"}" * 500))
    assert max(len(place) for place, _ in shape) == LONGEST_PLACE
    assert len(wide) == MOST_PLACES
    assert len(deep) < 30


@pytest.mark.parametrize(
    ("transport", "way"),
    [({"by": "pull"}, "pull"), ({"by": "webhook", "waiting": "1"}, "waiting"), ({"deal": "1"}, "deal"), ({}, "")],
)
def test_a_record_came_its_way(transport: dict[str, str], way: str, raw: Raw) -> None:
    assert way_of(raw(b"{}", transport=transport)) == way


@pytest.mark.parametrize(
    ("place", "leaf"), [("a.b", "b"), ("a[].b", "b"), ("a[b]", "b"), ("b", "b"), ("a.b[]", "b"), ("a.b[c d]", "c d")]
)
def test_a_place_ends_with_its_own_name(place: str, leaf: str) -> None:
    assert leaf_of(place) == leaf


def test_a_place_is_inside_another_by_whole_names() -> None:
    assert [is_inside(place, "a.b") for place in ("a.b.c", "a.b[].c", "a.b[c]", "a.b", "a.bc")] == [
        True, True, True, False, False,
    ]  # fmt: skip
