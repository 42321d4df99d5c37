import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.arrays import distinct_pairs, group_bounds, hash_texts, mix, number_texts, shelve

NUMBERS = st.integers(0, 9)


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
