"""Stable keys bring together what keys of one run bring together, and are the same in every process."""

import subprocess
import sys
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import load_model
from dedup.blocking import KeyMaker
from dedup.encoding import encode
from dedup.stable_keys import DESK, contact_rules, stable_keys
from tests.dedup.lead_records import few_records, lead

MODEL = load_model("lead")


def _groups(pairs) -> set[frozenset[int]]:
    found = defaultdict(set)
    for key, row in pairs:
        found[key].add(row)
    return {frozenset(rows) for rows in found.values() if len(rows) > 1}


@settings(max_examples=30, deadline=None)
@given(few_records())
def test_each_rule_groups_records_as_keys_of_one_run_do(records):
    data, _ = encode(records, MODEL)
    made = stable_keys(data, MODEL)
    maker = KeyMaker(data, MODEL)
    for number, rule in enumerate(MODEL.blocking_rules):
        mine = made.rule == number
        expected = maker.rule(rule)
        pairs = zip(expected[0].tolist(), expected[1].tolist(), strict=True) if expected is not None else ()
        assert _groups(zip(made.key[mine].tolist(), made.row[mine].tolist(), strict=True)) == _groups(pairs)


@settings(max_examples=20, deadline=None)
@given(few_records(), st.integers(0, 8))
def test_keys_of_a_record_do_not_depend_on_the_others(records, chosen):
    data, ordered = encode(records, MODEL)
    made = stable_keys(data, MODEL)
    row = chosen % len(ordered)
    alone = stable_keys(encode([ordered[row]], MODEL)[0], MODEL)
    mine = made.row == row
    assert set(zip(made.key[mine], made.rule[mine], strict=True)) == set(zip(alone.key, alone.rule, strict=True))
    assert made.order[row] == alone.order[0]


def test_another_process_makes_the_same_keys():
    program = "from tests.dedup.test_stable_keys import example; print(*example())"
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert [int(key) for key in told.split()] == example()


def example() -> list[int]:
    """Keys of one record."""
    data, _ = encode([lead("a", name="Анна Nowak", phone="+48601222333", email="anna@gmail.com", city="Łódź")], MODEL)
    return np.sort(stable_keys(data, MODEL).key).tolist()


def test_a_desk_stands_under_its_switchboard_too():
    data, _ = encode([lead("a", phone="+74952223344"), lead("b", phone="+74952223344;ext=12")], MODEL)
    made = stable_keys(data, MODEL)
    phone = next(number for number, column in contact_rules(MODEL).items() if column == "phone")
    desks = made.rule == phone + DESK
    bare = (made.rule == phone) & (made.row == 0)
    assert made.row[desks].tolist() == [1]
    assert made.key[desks].tolist() == made.key[bare].tolist()


@pytest.mark.parametrize("name", ["lead", "person", "company"])
def test_every_contact_has_a_rule_of_its_own_column(name):
    model = load_model(name)
    contacts = [comparison for comparison in model.comparisons if comparison.contact is not None]
    rules = contact_rules(model)
    assert len(rules) == len(set(rules.values()))
    assert len(set(rules.values())) == len({comparison.fields[0] for comparison in contacts})
