import json

import pytest

from pipeline.errors import RetryError, SourceRefusedError
from pipeline.sources.http import ErrorCodes, HttpLimits, open_http
from pipeline.sources.listing import ByToken, Listing, record_of, walk, walk_each
from tests.sources.contract.example import as_json, http_world

CODES = ErrorCodes(place="error.code", again=frozenset({"busy"}), secret=frozenset({"190"}))


@pytest.fixture
def source(configured):
    return configured("telegram", token="TOKEN")


def lists(asked, items):
    """Items of the list that the path names, in one page; `/gone` is refused."""
    if asked.path == "/gone":
        return as_json({"error": {"code": "gone"}})
    return as_json({"items": [item for item in items if item.get("list", "/a") == asked.path]})


@pytest.fixture
def world(tmp_path, request):
    with http_world(lambda number: {"id": number, "list": "/a"}, lists)(tmp_path, request.getfixturevalue) as place:
        yield place


@pytest.fixture
def http(world, now):
    limits = HttpLimits(attempts=2, longest_wait=0.01)
    with open_http(
        "src", world.options["base_url"], now=now, secret_name="TOKEN", errors=CODES, limits=limits
    ) as connection:
        yield connection


def listing(path="/a", **changes):
    defaults = {"path": path, "items": "items", "paging": ByToken(param="t", found="t"), "id": ("id",), "time": ("at",)}
    return Listing(**(defaults | changes))


def test_each_list_keeps_a_place_of_its_own(source, http, world, now):
    world.items = [{"id": 1, "list": "/a", "at": 1_785_000_000}, {"id": 2, "list": "/b", "at": 1_785_009_000}]
    *_, last = walk_each(source, http, {"a": listing("/a"), "b": listing("/b")}, None, now)
    assert set(last.cursor) == {"a", "b"}
    assert last.cursor["a"]["since"] < last.cursor["b"]["since"]
    assert json.loads(json.dumps(last.cursor)) == last.cursor


def test_a_list_taken_out_of_the_configuration_keeps_its_place(source, http, world, now):
    world.items = [{"id": 2, "list": "/b"}]
    *_, last = walk_each(source, http, {"b": listing("/b")}, {"a": {"since": "2026-08-01T00:00:00+00:00"}}, now)
    assert last.cursor["a"] == {"since": "2026-08-01T00:00:00+00:00"}


def test_a_refused_list_is_told_of_behind_the_others(source, http, world, now):
    world.add(1)
    pages = walk_each(source, http, {"gone": listing("/gone"), "a": listing("/a")}, None, now)
    assert len(next(pages).records) == 1
    with pytest.raises(SourceRefusedError, match="error gone"):
        next(pages)


def test_a_vendor_that_is_down_is_not_asked_for_the_next_list(source, http, world, now):
    world.always = lambda asked, usual: (503, {}, b"")
    with pytest.raises(RetryError):
        list(walk_each(source, http, {"a": listing("/a"), "b": listing("/b")}, None, now))
    assert {asked.path for asked in world.asked} == {"/a"}


def test_an_empty_page_with_a_token_is_the_last_where_the_vendor_says_so(source, http, world, now):
    world.always = lambda asked, usual: as_json({"items": [] if "t" in asked.query else [{"id": 1}], "t": "more"})
    paging = ByToken(param="t", found="t", until_empty=True)
    assert sum(len(page.records) for page in walk(source, http, listing(paging=paging), None, now)) == 1


def test_a_list_by_form_posts_its_parameters(source, http, world, now):
    by_form = listing(method="POST", form=True, body=lambda params: {**params, "key": "ü"}, fixed={"group": 7})
    list(walk(source, http, by_form, None, now))
    assert (world.asked[0].method, world.asked[0].body, world.asked[0].query) == ("POST", b"group=7&key=%C3%BC", {})


def test_an_item_without_an_id_is_named_by_what_the_list_says(source, now):
    named = listing(named_by=lambda item: item["text"])
    first, same, other = (
        record_of(source, named, item, now).external_id
        for item in ({"text": "a", "views": 1}, {"text": "a", "views": 2}, {"text": "b", "views": 1})
    )
    assert first == same != other


ERRORS = {
    "the secret": ({"error": {"code": 190}}, 400, SourceRefusedError, "`TOKEN`"),
    "another": ({"error": {"code": 100}}, 400, SourceRefusedError, "error 100"),
    "inside 200": ({"error": {"code": "gone"}}, 200, SourceRefusedError, "error gone"),
    "busy": ({"error": {"code": "busy"}}, 403, RetryError, "error busy"),
    "no code": ({"error": {}}, 400, SourceRefusedError, "answered 400"),
    "a code that is a text": (
        {"error": {"code": "no such lead: Anna Nowak"}},
        400,
        SourceRefusedError,
        "error unknown",
    ),
    "down, whatever the code": ({"error": {"code": 190}}, 503, RetryError, "answered 503"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_told_inside_the_answer(source, http, world, now, name):
    document, status, kind, words = ERRORS[name]
    world.always = lambda asked, usual: as_json(document, status)
    with pytest.raises(kind, match=words):
        list(walk(source, http, listing(), None, now))
