"""A field of any vendor's events that is dropped, renamed or of another kind is told of, and nothing else is."""

from typing import Any

import pytest

from pipeline.sources.drift import LEAST_KNOWN, LEAST_NEW, KnownShape, learn, news
from pipeline.sources.shape import is_inside, shape_of
from pipeline.sources.table import CONNECTORS
from tests.sources.contract.test_webhooks import changed, delivered, leaves, renamed

DRIFTS = {
    "dropped": lambda inner, key: inner.pop(key),
    "renamed": renamed,
    "retyped": lambda inner, key: inner.__setitem__(key, 12 if isinstance(inner[key], str) else "twelve"),
}


def place_of(path: tuple) -> str:
    """A path inside an event as a place."""
    place = ""
    for step in path:
        place += "[]" if isinstance(step, int) else f".{step}" if place else step
    return place


def is_near(told: str, place: str) -> bool:
    """Whether a told place is this one, its whole or part, or another in the same list, whose items may differ."""
    in_one_list = "[" in place and told.partition("[")[0] == place.partition("[")[0]
    return told == place or is_inside(place, told) or is_inside(told, place) or in_one_list


@pytest.fixture
def source(pushed, source_of):
    asked = "base_url" in CONNECTORS[pushed.vendor].options.model_fields
    return source_of(pushed, **({"base_url": "http://127.0.0.1:1"} if asked else {}))


def told_of(before, after, now) -> list[str]:
    """Places that are told of when records of one shape are followed by records of another."""
    known = learn(KnownShape(), [(shape, now()) for shape in before])
    known = learn(known, [(shape, now()) for shape in after])
    return [change.place for change in news(known, (), now(), tells_new=True)]


def shapes(source, pushed, events, now) -> list:
    return [shape_of(record) for event in events for record in delivered(source, pushed, event, now).records]


def test_events_that_stay_as_they_are_tell_nothing(pushed, source, now):
    usual = [pushed.event(number) for number in range(60)]
    found = shapes(source, pushed, usual, now)
    assert told_of(found[:30], found[30:], now) == []


@pytest.mark.parametrize("drift", DRIFTS)
def test_a_field_that_drifts_is_told_of(pushed, source, now, drift):
    usual = shapes(source, pushed, [pushed.event(number) for number in range(LEAST_KNOWN + 5)], now)
    example = pushed.event(1)
    missed: list[Any] = []
    for path in leaves(example):
        events = [changed(pushed.event(1), path, DRIFTS[drift])] * (LEAST_NEW + 2)
        after = shapes(source, pushed, events, now)
        if len(after) < len(events) or set(after) <= set(usual) or isinstance(path[-1], int):
            continue  # answered and not stored, a place that the shape does not name, or text that stays text in a form
        place = place_of(path)
        told = told_of(usual, after, now)
        # A document that is posted as a form's field stands under the field's name.
        if not any(is_near(each, place) or is_near(each.partition(".")[2], place) for each in told):
            missed.append((path, told))
    assert missed == []
