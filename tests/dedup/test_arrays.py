import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.arrays import (
    ArrowTexts,
    distinct_numbers,
    distinct_pairs,
    find_texts,
    group_bounds,
    hash_texts,
    mix,
    number_codes,
    number_texts,
    places_of,
    replace_texts,
    shelve,
    take_texts,
)

NUMBERS = st.integers(0, 9)
TEXTS = ["b", "", "aж", "b", "🙂"]


def arrow(texts: list[str]) -> ArrowTexts:
    return ArrowTexts(pa.array(texts, type=pa.large_string()))


def test_texts_in_arrow_are_a_sequence():
    texts = arrow(TEXTS)
    assert (list(texts), len(texts), texts[2], texts[-1], list(texts[1:3])) == (TEXTS, 5, "aж", "🙂", ["", "aж"])
    assert pa.array(texts, type=pa.string()).to_pylist() == TEXTS


@pytest.mark.parametrize("texts", [TEXTS, arrow(TEXTS)], ids=["of Python", "of Arrow"])
def test_texts_are_found_taken_and_replaced(texts):
    assert find_texts(texts, "[bж]").tolist() == [0, 2, 3]
    assert take_texts(texts, np.array([4, 0, 4])) == ["🙂", "b", "🙂"]
    assert list(replace_texts(texts, np.array([1, 4]), ["x", ""])) == ["b", "x", "aж", "b", ""]
    assert number_texts(texts).tolist() == [0, -1, 1, 0, 2]


def test_a_few_texts_have_their_places_among_many():
    assert places_of(["c", "x", "a"], arrow(["a", "b", "c"])).tolist() == [2, -1, 0]
    assert places_of(["c"], []).tolist() == [-1]
    assert places_of([], ["c"]).tolist() == []


@pytest.mark.parametrize(
    ("texts", "lines"),
    [(["b", "", "aж"], "b\n\naж\n".encode()), (["a\nb"], None), (["a" * 11], None), ([], None)],
    ids=["texts", "a line end within", "too long", "nothing"],
)
def test_texts_in_arrow_are_lines(texts, lines):
    assert arrow(texts).in_lines(10) == lines


def test_a_part_of_texts_in_arrow_is_lines_of_its_own():
    assert arrow(TEXTS)[2:4].in_lines(10) == "aж\nb\n".encode()


@given(st.lists(st.integers(-3, 2**62)))
def test_codes_are_numbered_as_numpy_does(codes):
    array = np.array(codes, dtype=np.int64)
    _, first, numbers = np.unique(array, return_index=True, return_inverse=True)
    found = number_codes(array)
    assert (found[0].tolist(), found[1].tolist()) == (first.tolist(), numbers.tolist())


@given(st.lists(NUMBERS))
def test_distinct_numbers_are_as_numpy_has_them_and_lead_back(numbers):
    given_numbers = np.array(numbers, dtype=np.int64)
    distinct, place = distinct_numbers(given_numbers, 10)
    assert distinct.tolist() == np.unique(given_numbers).tolist()
    assert distinct[place[given_numbers]].tolist() == numbers


def test_texts_are_numbered_in_order_and_an_empty_one_is_none():
    assert number_texts(["b", "", "a", "b"]).tolist() == [0, -1, 1, 0]
    assert number_texts([]).tolist() == []


@given(st.lists(st.tuples(st.integers(-5, 2**40), st.integers(-5, 2**40)), unique=True, max_size=60))
def test_mixing_keeps_pairs_apart(pairs):
    array = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    assert len(set(mix(array[:, 0], array[:, 1]).tolist())) == len(pairs)


def test_mixing_is_the_same_on_every_machine():
    assert mix(np.array([1, -1]), np.array([2, 0])).tolist() == [-7541218347953203506, 3703370420611038912]


@given(st.lists(NUMBERS))
def test_groups_are_runs_of_equal_numbers(numbers):
    ordered = np.array(sorted(numbers), dtype=np.int64)
    starts, sizes = group_bounds(ordered)
    expected = {number: numbers.count(number) for number in sorted(set(numbers))}
    assert dict(zip(ordered[starts].tolist(), sizes.tolist(), strict=True)) == expected


@given(st.lists(st.tuples(NUMBERS, NUMBERS)))
def test_distinct_pairs_are_unordered_and_lead_back(pairs):
    array = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    left, right, inverse = distinct_pairs(array[:, 0], array[:, 1], 10)
    found = list(zip(left.tolist(), right.tolist(), strict=True))
    assert found == sorted({(min(pair), max(pair)) for pair in pairs})
    assert [found[number] for number in inverse.tolist()] == [(min(pair), max(pair)) for pair in pairs]


LONG = st.lists(st.tuples(st.integers(0, 4), NUMBERS), max_size=12)


@given(LONG, st.lists(st.integers(-1, 4), max_size=8))
def test_a_shelf_gives_all_keys_of_the_owners_asked_for(rows, asked):
    owners, keys = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    places, found = shelve((owners, keys), 5).take(np.array(asked, dtype=np.int64))
    expected = [(place, key) for place, owner in enumerate(asked) for other, key in rows if owner == other]
    assert list(zip(places.tolist(), found.tolist(), strict=True)) == expected


@given(st.lists(st.text(max_size=12), max_size=30))
def test_hashes_are_equal_for_equal_texts_alone(texts):
    hashes = hash_texts(texts).tolist()
    assert len(set(hashes)) == len(set(texts))
    assert [number == -1 for number in hashes] == [text == "" for text in texts]
    assert hashes == [int(hash_texts([text])[0]) for text in texts]


def test_hashes_stay_what_they_are():
    """Stored keys are made of them: other numbers need a new `dedup.snapshot.ENGINE`."""
    assert hash_texts(["a", "ab", "ба", "\0"]).tolist() == [
        628756590665567678,
        6067666739037725667,
        4658574825450297208,
        6238072747940578789,
    ]


def test_a_long_text_is_hashed_by_itself():
    long = "x" * 1000
    hashes = hash_texts([long, long + "y", "x", long]).tolist()
    assert hashes[0] == hashes[3]
    assert len(set(hashes)) == 3
