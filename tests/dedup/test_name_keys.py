from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.kinds import NAME_PARTS
from dedup.name_keys import NameKeys
from dedup.names import Names
from tests.dedup.lead_records import read_all


def keys_of(names: Names, part: str) -> list[set[int]]:
    """The keys of each name."""
    found: list[set[int]] = [set() for _ in range(len(names))]
    owners, keys = NameKeys(names).part(part)
    for owner, key in zip(owners.tolist(), keys.tolist(), strict=True):
        found[owner].add(key)
    return found


def share_a_key(left: str, right: str, part: str) -> bool:
    names, (a, b) = read_all([left, right])
    keys = keys_of(names, part)
    return bool(keys[a] & keys[b])


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Anna Nowak", "Nowak Anna"),
        ("Юлия Щукина", "Szczukin Julia"),
        ("Саша Белов", "Александра Белова"),
        ("Катя Орлова", "Catherine Orlova"),
        ("Иван Сидоров", "Сидоров Иван Петрович"),
        ("Qwrt Xyzs", "Xyzs Qwrt"),
    ],
)
def test_spellings_of_one_name_share_the_full_key(left, right):
    assert share_a_key(left, right, "full")


@pytest.mark.parametrize(
    ("left", "right", "part", "shared"),
    [
        ("Орлов И.", "Иван Орлов", "loose", True),
        ("Орлов И.", "Пётр Орлов", "loose", False),
        ("Орлов И.", "Иван Орлов", "full", False),
        ("Орлов", "Ольга Орлова", "loose", False),
        ("Орлов", "Орлова", "loose", True),
        ("Саша", "Александра", "loose", True),
        ("Анна Орлова", "Анна Зуева", "half", True),
        ("Анна Орлова", "Олег Орлов", "half", True),
        ("Анна Орлова", "Олег Зуев", "half", False),
        ("Анна Орлова", "Олег Орлов", "surname", True),
        ("Анна Орлова", "Анна Зуева", "surname", False),
        ("Анна Орлова", "Аня Зуева", "given", True),
        ("Анна Орлова", "Олег Орлов", "given", False),
        ("А. Орлова", "Анна О.", "initials", True),
        ("Анна Орлова", "Ольга Андреева", "initials", True),
        ("Анна Орлова", "Вера Орлова", "initials", False),
    ],
)
def test_parts_of_names_are_keys(left, right, part, shared):
    assert share_a_key(left, right, part) is shared
    assert share_a_key(right, left, part) is shared


def test_a_name_without_a_surname_has_no_full_key():
    names, (number,) = read_all(["Иван"])
    assert keys_of(names, "full")[number] == set()


def test_a_set_without_names_has_no_keys():
    names, _ = read_all([""])
    assert all(len(NameKeys(names).part(part)[0]) == 0 for part in NAME_PARTS)


def test_a_part_that_names_lack_is_a_key_error():
    with pytest.raises(KeyError):
        NameKeys(read_all(["Иван Орлов"])[0]).part("shoe")


SAMPLES = st.sampled_from(
    [
        "Анна Зуева",
        "Zueva Anna",
        "Аня",
        "А. Зуева",
        "Зуев",
        "Анна Мария Зуева-Орлова",
        "Орлов Иван",
        "Orlov",
        "И.",
        "Qwrt",
    ]
)


@settings(max_examples=25, deadline=None)
@given(st.lists(SAMPLES, min_size=2, max_size=6, unique=True), st.sampled_from(NAME_PARTS))
def test_what_shares_a_key_in_bulk_shares_one_alone(texts, part):
    names, numbers = read_all(texts)
    keys = keys_of(names, part)
    for (left, a), (right, b) in combinations(zip(texts, numbers, strict=True), 2):
        assert bool(keys[a] & keys[b]) == share_a_key(left, right, part)
