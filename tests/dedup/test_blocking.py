from itertools import combinations

from hypothesis import given, settings

from dedup import load_model
from dedup.blocking import NEIGHBOURS, candidate_pairs, hash_text, rule_keys
from dedup.encoding import encode
from tests.dedup.lead_records import few_records, lead

MODEL = load_model("lead")
P = "+79161234567"


def found(records):
    candidates = candidate_pairs(encode(records), MODEL)
    return set(zip(candidates.left.tolist(), candidates.right.tolist(), strict=True)), candidates


@settings(max_examples=100, deadline=None)
@given(few_records())
def test_pairs_are_those_that_share_a_key(records):
    data = encode(records)
    expected = set()
    for rule in MODEL.blocking_rules:
        keys, numbers = rule_keys(data, rule)
        by_key: dict[int, list[int]] = {}
        for key, number in zip(keys.tolist(), numbers.tolist(), strict=True):
            by_key.setdefault(key, []).append(number)
        expected |= {pair for members in by_key.values() for pair in combinations(sorted(members), 2)}
    assert found(records)[0] == expected


def test_each_pair_is_found_once_and_counted_for_its_first_rule():
    pairs, candidates = found([lead("a", phone=P, email="a@x.pl"), lead("b", phone=P, email="a@x.pl")])
    assert pairs == {(0, 1)}
    reports = {report.rule: report for report in candidates.reports}
    assert (reports["phone"].pairs, reports["phone"].new_pairs) == (1, 1)
    assert (reports["email"].pairs, reports["email"].new_pairs) == (1, 0)


def test_a_group_over_its_cap_is_compared_by_neighbourhood_and_reported():
    count = 200
    pairs, candidates = found([lead(f"n{i:03}", phone=P) for i in range(count)])
    assert len(pairs) == sum(count - step for step in range(1, NEIGHBOURS + 1))
    assert candidates.reports[0].capped_keys == 1
    assert {number for pair in pairs for number in pair} == set(range(count))


def test_records_without_any_key_are_told():
    _, candidates = found([lead("a"), lead("b", phone=P)])
    assert candidates.unreached.tolist() == [0]


def test_hashes_are_the_same_on_every_machine():
    assert hash_text("+48501234567") == 0x380F2022A0B4C7B4
