"""What holds for each kind of comparison."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.comparison import (
    address,
    category,
    company,
    date,
    email,
    handle,
    identifier,
    phone,
    place,
    postcode,
    site,
    text,
)
from dedup.comparison.level import graded_scores
from tests.dedup.comparison.kind_cases import ODD_VALUES, all_pairs, level_of

KINDS = (address, category, company, date, email, handle, identifier, phone, place, postcode, site, text)
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__.rpartition(".")[2])
TEXTS = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="абвгдёйщ .,-/№0123456789", max_size=30),
    st.from_regex(
        re.compile(r"\+?[0-9 ()-]{0,18}|[a-z.+]{1,8}@[a-z]{1,8}\.(ru|pl|com)|[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}"),
        fullmatch=True,
    ),
)


@each_kind
def test_each_level_has_an_example_that_gives_it(kind):
    found = {level.name: level_of(kind, *level.example) for level in kind.LEVELS}
    # `shared` is `equal` of a value on which several people are known, which the pair alone does not tell.
    assert found == {level.name: level.name if level.name != "shared" else "equal" for level in kind.LEVELS}


@each_kind
def test_levels_come_best_first(kind):
    scores = [level.score for level in kind.LEVELS if level.name != "shared"]
    assert scores == sorted(scores, reverse=True)


@each_kind
@settings(max_examples=60, deadline=None)
@given(values=st.lists(TEXTS, min_size=1, max_size=6))
def test_a_comparison_does_not_depend_on_the_order_of_the_pair(kind, values):
    prepared, left, right = all_pairs(kind, values)
    one, other = kind.compare(prepared, left, right), kind.compare(prepared, right, left)
    assert one.tolist() == other.tolist()
    scores = [
        graded_scores(kind.LEVELS, one, kind.likeness(prepared, *pair)) for pair in ((left, right), (right, left))
    ]
    assert scores[0] == pytest.approx(scores[1], abs=1e-6)


@each_kind
@settings(max_examples=60, deadline=None)
@given(values=st.lists(TEXTS, min_size=1, max_size=6))
def test_a_key_does_not_depend_on_the_other_values(kind, values):
    assert list(kind.prepare(values).keys) == [kind.prepare([value]).keys[0] for value in values]


@each_kind
@settings(max_examples=60, deadline=None)
@given(value=TEXTS)
def test_a_value_equals_itself_or_is_no_evidence(kind, value):
    prepared = kind.prepare([value])
    assert level_of(kind, value, value) == ("equal" if prepared.keys[0] else "missing")


@each_kind
def test_odd_values_are_read(kind):
    prepared, left, right = all_pairs(kind, list(ODD_VALUES))
    levels = kind.compare(prepared, left, right)
    assert len(kind.details(prepared, left, right, levels)) == len(left)
    assert set(levels.tolist()) <= set(range(-1, len(kind.LEVELS)))


@each_kind
def test_no_values_are_an_empty_answer(kind):
    nothing = np.zeros(0, dtype=np.int64)
    prepared = kind.prepare([])
    assert list(prepared.keys) == []
    assert kind.compare(prepared, nothing, nothing).tolist() == []


@each_kind
def test_a_part_of_a_key_is_never_empty(kind):
    values = [value for level in kind.LEVELS for value in level.example] + list(ODD_VALUES)
    prepared = kind.prepare(values)
    for part in kind.parts.values():
        found = part(prepared)
        assert len(found) == len(values)
        several = [pieces for pieces in found if not isinstance(pieces, str)]
        assert len(several) in (0, len(values)), "one text a value, or several of each"
        assert [pieces for pieces in several if not all(pieces)] == []


@each_kind
def test_details_hold_no_values(kind):
    values = [value for level in kind.LEVELS for value in level.example]
    prepared, left, right = all_pairs(kind, values)
    told = " ".join(kind.details(prepared, left, right, kind.compare(prepared, left, right)))
    assert not any(value in told for value in values)
    assert not re.search(r"\d{3}", told)


def test_scores_stay_in_the_band_of_their_level():
    levels = np.array([0, 1, 1, 4, -1])
    scores = graded_scores(company.LEVELS, levels, np.array([1.0, 0.0, 1.0, 0.5, 1.0]))
    assert scores.tolist() == pytest.approx([1.0, 0.6, 0.85, 0.175, 0.0])
