from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Record, load_model
from dedup.balance import MOST_AGAINST, MOST_FOR, OUTWEIGHED, join_on_balance, partners_of_one
from dedup.clustering import CLUSTER_TOO_LARGE, JUDGED_DIFFERENT, Links, Verdicts
from dedup.encoding import encode

MODEL = load_model("person")
EVEN, CUT, STRONG = 10.0, 14.0, 17.0
SIZE = 9
DATA, _ = encode([Record(f"r{number}") for number in range(SIZE)], MODEL)

PAIRS = [(a, b) for a, b in product(range(SIZE), repeat=2) if a < b]
WEIGHTS = st.dictionaries(st.sampled_from(PAIRS), st.integers(0, 24).map(float), max_size=24)
JUDGED = st.dictionaries(st.sampled_from(PAIRS), st.booleans(), max_size=3)


def one_by_one(weights: dict, judged: dict):
    """Clusters as sets, every balance added up anew."""
    side = {number: {number} for number in range(SIZE)}
    apart = {pair for pair, same in judged.items() if not same}

    def between(a: set[int], b: set[int], pairs) -> list[tuple[int, int]]:
        return [pair for pair in pairs if (pair[0] in a and pair[1] in b) or (pair[0] in b and pair[1] in a)]

    def merge(a: set[int], b: set[int]) -> None:
        for number in a | b:
            side[number] = a | b

    torn, refused = [], {}
    for left, right in sorted(pair for pair, same in judged.items() if same):
        if side[left] is not side[right] and side[left] != side[right]:
            if between(side[left], side[right], apart):
                torn.append((left, right))
            else:
                merge(side[left], side[right])
    for (left, right), weight in sorted(weights.items(), key=lambda item: (-item[1], item[0])):
        a, b = side[left], side[right]
        if weight < CUT or a == b:
            continue
        bits = [min(max(weights[pair] - EVEN, -MOST_AGAINST), MOST_FOR) for pair in between(a, b, weights)]
        if between(a, b, apart):
            refused[left, right] = JUDGED_DIFFERENT
        elif sum(bits) < 0:
            refused[left, right] = OUTWEIGHED
        elif len(a) + len(b) > MODEL.cluster_cap and weight < STRONG:
            refused[left, right] = CLUSTER_TOO_LARGE
        else:
            merge(a, b)
    return [min(side[number]) for number in range(SIZE)], refused, torn


def joined(weights: dict, judged: dict):
    left, right = (np.array([pair[place] for pair in weights], dtype=np.int64) for place in range(2))
    links = Links(left, right, np.array(list(weights.values()), dtype=np.float64))
    same, different = (
        np.array(sorted(pair for pair, one in judged.items() if one is kind), dtype=np.int64).reshape(-1, 2)
        for kind in (True, False)
    )
    clusters = join_on_balance(DATA, MODEL, links, Verdicts(same, different), CUT, (EVEN, STRONG))
    return clusters.label.tolist(), clusters.refused, clusters.torn


@settings(max_examples=150, deadline=None)
@given(WEIGHTS, JUDGED)
def test_balances_kept_while_clusters_grow_are_those_added_up_anew(weights, judged):
    assert joined(weights, judged) == one_by_one(weights, judged)


def test_one_sure_pair_does_not_outvote_many_that_disagree():
    against = dict.fromkeys(product((0, 1, 2), (3, 4, 5)), 0.0)
    weights = {(0, 1): 20.0, (1, 2): 20.0, (3, 4): 20.0, (4, 5): 20.0} | against | {(2, 3): 15.0}
    assert joined(weights, {})[0] == [0, 0, 0, 3, 3, 3, 6, 7, 8]
    assert joined(weights, {})[1] == {(2, 3): OUTWEIGHED}


def test_a_pair_outweighs_one_that_disagrees():
    assert joined({(0, 1): 20.0, (1, 2): 20.0, (0, 2): 0.0}, {})[0][:3] == [0, 0, 0]


def test_two_persons_of_one_table_do_not_both_become_one_of_the_other():
    none = Verdicts(np.zeros((0, 2), dtype=np.int64), np.zeros((0, 2), dtype=np.int64))
    scored = Links(np.array([0, 1]), np.array([2, 2]), np.array([20.0, 15.0]))
    for weight, expected in ((EVEN + 9.0, [0, 0, 0]), (EVEN - 9.0, [0, 1, 0])):
        rivals = Links(np.array([0]), np.array([1]), np.array([weight]))
        clusters = join_on_balance(DATA, MODEL, scored, none, CUT, (EVEN, STRONG), rivals)
        assert clusters.label[:3].tolist() == expected


def test_rivals_that_are_one_link_nothing():
    none = Verdicts(np.zeros((0, 2), dtype=np.int64), np.zeros((0, 2), dtype=np.int64))
    rivals = Links(np.array([0]), np.array([1]), np.array([STRONG + 9.0]))
    nothing = Links(np.array([3]), np.array([4]), np.array([EVEN]))
    clusters = join_on_balance(DATA, MODEL, nothing, none, CUT, (EVEN, STRONG), rivals)
    assert clusters.label.tolist() == list(range(SIZE))


def test_rivals_are_rows_that_are_linked_to_one_row():
    left, right = partners_of_one(np.array([0, 1, 1, 4]), np.array([3, 3, 5, 6]))
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 1), (3, 5)]
