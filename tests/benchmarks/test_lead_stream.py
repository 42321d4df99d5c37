"""The lead stream: the same for a seed, messy in the ways it says, with a truth that fits."""

import re
from collections import Counter, defaultdict
from itertools import pairwise

import pyarrow as pa
import pytest

from tests.benchmarks.lead_stream import FIELDS, TRUTH, draw_leads

ROWS = 4_000


@pytest.fixture(scope="module")
def leads() -> pa.Table:
    return draw_leads(ROWS, seed=3)


def test_the_same_seed_gives_the_same_stream(leads: pa.Table) -> None:
    assert draw_leads(ROWS, seed=3).equals(leads)
    assert not draw_leads(ROWS, seed=4).equals(leads)


def test_a_row_has_the_fields_and_an_id_of_its_own(leads: pa.Table) -> None:
    assert leads.column_names == [*FIELDS, TRUTH]
    assert len(leads) == ROWS
    assert len(leads["record_id"].unique()) == ROWS


def test_every_row_can_be_answered(leads: pa.Table) -> None:
    assert all(row["phone"] or row["email"] for row in leads.to_pylist())


def test_about_a_third_of_the_rows_are_duplicates(leads: pa.Table) -> None:
    duplicates = 1 - len(leads[TRUTH].unique()) / ROWS
    assert 0.3 < duplicates < 0.4


def test_rows_are_in_order_of_time(leads: pa.Table) -> None:
    times = leads["received_at"].to_pylist()
    assert times == sorted(times)


def test_ids_tell_nothing_of_people(leads: pa.Table) -> None:
    people = leads[TRUTH].to_pylist()
    neighbours = sum(a == b for a, b in pairwise(people))
    assert neighbours < ROWS * 0.01


def test_all_four_languages_write(leads: pa.Table) -> None:
    names = " ".join(name for name in leads["name"].to_pylist() if name)
    for letters in ("[А-Яа-я]", "[їєі]", "[łśż]", "[Ww]illiam"):
        assert re.search(letters, names)


def test_calls_with_only_a_number_are_there(leads: pa.Table) -> None:
    bare = [row for row in leads.to_pylist() if row["phone"] and not (row["name"] or row["email"])]
    assert len(bare) > ROWS * 0.05


def test_people_share_numbers(leads: pa.Table) -> None:
    people = defaultdict(set)
    for row in leads.to_pylist():
        if row["phone"]:
            people["".join(filter(str.isdigit, row["phone"]))[-9:]].add(row[TRUTH])
    assert sum(len(owners) > 1 for owners in people.values()) > 30


def test_namesakes_are_different_people() -> None:
    people = defaultdict(set)
    for row in draw_leads(20_000, seed=3).to_pylist():
        if row["name"] and " " in row["name"]:
            people[row["name"]].add(row[TRUTH])
    assert sum(len(bearers) > 1 for bearers in people.values()) > 20


def test_surnames_are_common_and_rare(leads: pa.Table) -> None:
    words = Counter(word for name in leads["name"].to_pylist() if name for word in name.casefold().split())
    assert words.most_common(1)[0][1] > ROWS * 0.005
    assert sum(count == 1 for count in words.values()) > ROWS * 0.2
