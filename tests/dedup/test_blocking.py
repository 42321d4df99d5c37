from collections import defaultdict
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import kinds, load_model
from dedup.blocking import candidate_pairs, in_order
from dedup.encoding import Encoded, encode
from dedup.key_parts import field_parts
from dedup.model import BlockingRule, Model
from dedup.name_keys import NameKeys
from tests.dedup.lead_records import few_records, lead
from tests.dedup.messy_leads import draw_leads

MODEL = load_model("lead")
P = "+79161234567"
Pairs = set[tuple[int, int]]


def found(records, model: Model = MODEL, across=None):
    candidates = candidate_pairs(encode(records, model)[0], model, across)
    pairs = list(zip(candidates.left.tolist(), candidates.right.tolist(), strict=True))
    assert len(pairs) == len(set(pairs)), "each pair once"
    assert all(left < right for left, right in pairs)
    return set(pairs), candidates


def _by_owner(owners, keys, rows: list[list[int]]) -> list[set[object]]:
    """Keys of values as sets of keys of records; rows: numbers of values of each record."""
    of_value = defaultdict(set)
    for owner, key in zip(list(owners), list(keys), strict=True):
        of_value[owner].add(key)
    return [{key for value in row if value >= 0 for key in of_value[value]} for row in rows]


def _keys_of_part(data: Encoded, model: Model, name: str) -> list[set[object]] | None:
    """The keys of each record for one part of a rule's key, None where the set has no such field."""
    field, _, part = name.partition(":")
    kind = model.field_named(field).kind
    if kind in kinds.NAME_FIELDS:
        owners, keys = NameKeys(data.names).part(part)
        return _by_owner(owners.tolist(), keys.tolist(), data.name_ids.tolist())
    column = data.columns.get(name if part == "any" else field)
    if column is None:
        return None
    if part in ("", "any"):
        return [{column.keys[number] for number in row if number >= 0} for row in column.ids.tolist()]
    parts = kinds.module_of(kind).parts[part](column.prepared)
    long = [
        (owner, key) for owner, keys in enumerate(parts) for key in ([keys] if isinstance(keys, str) else keys) if key
    ]
    return _by_owner((owner for owner, _ in long), (key for _, key in long), column.raw.tolist())


def oracle(data: Encoded, model: Model, rule: BlockingRule) -> tuple[Pairs, int]:
    """All pairs that share a key of a rule, and how many keys two records share, by sets of Python."""
    parts = [_keys_of_part(data, model, name) for name in rule.keys]
    if any(part is None for part in parts):
        return set(), 0
    members: dict[object, list[int]] = defaultdict(list)
    for record in range(len(data)):
        for key in set(product(*(part[record] for part in parts if part is not None))):
            members[key].append(record)
    shared = [group for group in members.values() if len(group) > 1]
    return {pair for group in shared for pair in combinations(group, 2)}, len(shared)


def check_against_oracle(records) -> None:
    data, _ = encode(records, MODEL)
    pairs, candidates = found(records)
    reports = {report.rule: report for report in candidates.reports}
    rules_of = dict(
        zip(zip(candidates.left.tolist(), candidates.right.tolist(), strict=True), candidates.rules, strict=True)
    )
    seen: Pairs = set()
    for place, rule in enumerate(MODEL.blocking_rules):
        expected, keys = oracle(data, MODEL, rule)
        assert {pair for pair, rules in rules_of.items() if int(rules) >> place & 1} == expected, rule.name
        if rule.name in reports:
            report = reports[rule.name]
            assert (report.keys, report.pairs, report.new_pairs) == (keys, len(expected), len(expected - seen))
        seen |= expected
    assert pairs == seen


@settings(max_examples=30, deadline=None)
@given(few_records())
def test_pairs_are_those_that_share_a_key(records):
    check_against_oracle(records)


def test_pairs_of_a_town_are_those_that_share_a_key():
    check_against_oracle(draw_leads(500)[0])


def test_each_pair_is_counted_as_new_for_its_first_rule():
    pairs, candidates = found([lead("a", phone=P, email="zuev@wp.pl"), lead("b", phone=P, email="zuev@wp.pl")])
    assert pairs == {(0, 1)}
    reports = {report.rule: report for report in candidates.reports}
    assert (reports["phone"].pairs, reports["phone"].new_pairs) == (1, 1)
    assert (reports["email"].pairs, reports["email"].new_pairs) == (1, 0)


def test_a_group_over_its_cap_is_compared_by_neighbourhood_and_reported():
    count = 200
    pairs, candidates = found([lead(f"n{i:03}", phone=P) for i in range(count)])
    assert pairs == {(a, b) for a, b in combinations(range(count), 2) if b - a <= MODEL.blocking_rules[0].neighbours}
    assert candidates.reports[0].capped_keys == 1


def test_neighbours_in_a_large_group_are_those_of_like_names():
    names = [
        f"{given} Орл{letter}в" for letter in "аеиоу" for given in ("Иван", "Олег", "Анна", "Мария", "Пётр", "Вера")
    ]
    records = [lead(f"n{i:03}", name=names[i % 30], phone=P) for i in range(90)]
    pairs, _ = found(records, replace(MODEL, blocking_rules=MODEL.blocking_rules[:1]))
    together = {(a, b) for a, b in combinations(range(90), 2) if names[a % 30] == names[b % 30]}
    assert together <= pairs


def test_a_group_at_its_cap_is_compared_all_with_all():
    cap = MODEL.blocking_rules[0].cap
    pairs, candidates = found([lead(f"n{i:03}", phone=P) for i in range(cap)])
    assert len(pairs) == cap * (cap - 1) // 2
    assert candidates.reports[0].capped_keys == 0


def test_records_without_any_key_are_told():
    _, candidates = found([lead("a"), lead("b", phone=P), lead("c", city="Тула")])
    assert candidates.unreached.tolist() == [0, 2]


def test_a_rule_of_a_field_that_nobody_has_says_nothing():
    _, candidates = found([lead("a", phone=P), lead("b", phone=P)])
    assert "handle" not in {report.rule for report in candidates.reports if report.pairs}


@settings(max_examples=15, deadline=None)
@given(few_records(), st.randoms())
def test_of_two_tables_only_pairs_across_count(records, chooser):
    sides = np.array([chooser.random() < 0.5 for _ in records])
    pairs, candidates = found(records, across=sides)
    assert pairs == {(a, b) for a, b in found(records)[0] if sides[a] != sides[b]}
    assert sum(report.new_pairs for report in candidates.reports) == len(pairs)


@pytest.mark.parametrize("records", [[], [lead("a", phone=P)]], ids=["no records", "one record"])
def test_too_few_records_make_no_pair(records):
    assert found(records)[0] == set()


def test_keys_that_agree_in_the_bits_of_the_sort_stay_two_keys():
    keys = np.array([5, 5 + (1 << 62), 5, 5 + (1 << 62), 7])
    records = np.array([3, 1, 2, 0, 4])
    ordered, owners = in_order(records, keys, 5)
    assert ordered.tolist() == [5, 5, 7, 5 + (1 << 62), 5 + (1 << 62)]
    assert owners.tolist() == [2, 3, 4, 0, 1]


def test_a_record_stands_once_under_a_key():
    ordered, owners = in_order(np.array([1, 0, 1, 0]), np.array([9, 9, 9, 8]), 2)
    assert (ordered.tolist(), owners.tolist()) == ([8, 9, 9], [0, 0, 1])


def test_a_record_over_the_cap_of_every_key_meets_few():
    """Names of nobody in one town: each has two readings, all of one sound share a key."""
    count = 3000
    chooser = np.random.default_rng(1)
    letters = [a + b for a in "bdkmst" for b in "aeiou"]
    names = ["".join(chooser.choice(letters, 2)).title() + " " + chooser.choice(letters).title() for _ in range(count)]
    rules = tuple(rule for rule in MODEL.blocking_rules if rule.name == "name + city")
    records = [lead(f"n{i:04}", name=name, city="Тула") for i, name in enumerate(names)]
    pairs, candidates = found(records, replace(MODEL, blocking_rules=rules))
    report = candidates.reports[0]
    assert report.capped_keys > 10
    assert report.capped_records > count / 2
    assert len(pairs) < 10 * count


def test_parts_made_before_names_are_read_change_nothing():
    data, _ = encode(draw_leads(300)[0], MODEL)
    made = field_parts(data.columns, MODEL)
    alone, together = candidate_pairs(data, MODEL), candidate_pairs(data, MODEL, made=made)
    assert {"phone", "phone:tail", "email:login"} <= made.keys()
    assert not {name for name in made if name.startswith("name")}
    assert alone.reports == together.reports
    for name in ("left", "right", "rules", "unreached"):
        assert np.array_equal(getattr(alone, name), getattr(together, name)), name
