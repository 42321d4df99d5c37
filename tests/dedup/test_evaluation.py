from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import evaluate, partition_of

TRUTH = {"a": 1, "b": 1, "c": 1, "d": 2}


def test_a_perfect_partition_scores_one():
    result = evaluate(TRUTH, TRUTH)
    assert (result.pairwise.f1, result.cluster.f1, result.b_cubed.f1) == (1.0, 1.0, 1.0)


def test_a_split_cluster_loses_recall_only():
    result = evaluate({"a": 1, "b": 1, "c": 3, "d": 2}, TRUTH)
    assert (result.pairwise.precision, result.pairwise.recall) == (1.0, pytest.approx(1 / 3))
    assert (result.cluster.precision, result.cluster.recall) == (pytest.approx(1 / 3), pytest.approx(1 / 2))
    assert result.b_cubed.precision == 1.0
    assert result.b_cubed.recall == pytest.approx((4 / 3 + 1 / 3 + 1) / 4)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12))
def test_pairs_are_counted_as_by_hand(labels):
    found = {str(i): a for i, (a, _) in enumerate(labels)}
    truth = {str(i): b for i, (_, b) in enumerate(labels)}
    pairs = list(combinations(found, 2))
    together = [p for p in pairs if found[p[0]] == found[p[1]]]
    really = [p for p in pairs if truth[p[0]] == truth[p[1]]]
    both = len(set(together) & set(really))
    result = evaluate(found, truth).pairwise
    assert result.precision == pytest.approx(both / len(together) if together else 1.0)
    assert result.recall == pytest.approx(both / len(really) if really else 1.0)


def test_different_records_are_refused():
    with pytest.raises(ValueError, match="different records"):
        evaluate({"a": 1}, {"b": 1})


def test_clusters_become_a_partition():
    assert partition_of((("a", "b"), ("c",))) == {"a": "a", "b": "a", "c": "c"}
