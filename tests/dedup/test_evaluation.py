from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.evaluation import (
    Quality,
    SweepPoint,
    chance,
    costly_errors,
    evaluate,
    evaluate_labels,
    evaluate_links,
    evaluate_pairs,
    expected_quality,
    expected_sweep,
    numbered,
    partition_of,
    sweep,
    sweep_pairs,
    true_pairs,
)

TRUTH = {"a": 1, "b": 1, "c": 1, "d": 2}

LABELS = st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 3)), min_size=1, max_size=12)


def ints(*numbers):
    return np.array(numbers, np.int64)


def columns(labels):
    return ints(*(a for a, _ in labels)), ints(*(b for _, b in labels))


def test_a_perfect_partition_scores_one():
    result = evaluate(TRUTH, TRUTH)
    assert (result.pairwise.f1, result.cluster.f1, result.b_cubed.f1) == (1.0, 1.0, 1.0)


def test_a_split_cluster_loses_recall_only():
    result = evaluate({"a": 1, "b": 1, "c": 3, "d": 2}, TRUTH)
    assert (result.pairwise.precision, result.pairwise.recall) == (1.0, pytest.approx(1 / 3))
    assert (result.cluster.precision, result.cluster.recall) == (pytest.approx(1 / 3), pytest.approx(1 / 2))
    assert result.b_cubed.precision == 1.0
    assert result.b_cubed.recall == pytest.approx((4 / 3 + 1 / 3 + 1) / 4)


@given(LABELS)
def test_pairs_are_counted_as_by_hand(labels):
    labels = [(a, b) for a, b in labels if b >= 0] or [(0, 0)]
    found = {str(i): a for i, (a, _) in enumerate(labels)}
    truth = {str(i): b for i, (_, b) in enumerate(labels)}
    pairs = list(combinations(found, 2))
    together = [p for p in pairs if found[p[0]] == found[p[1]]]
    really = [p for p in pairs if truth[p[0]] == truth[p[1]]]
    both = len(set(together) & set(really))
    result = evaluate(found, truth).pairwise
    assert result.precision == pytest.approx(both / len(together) if together else 1.0)
    assert result.recall == pytest.approx(both / len(really) if really else 1.0)


@given(LABELS)
def test_b_cubed_and_clusters_are_those_of_the_definition(labels):
    found, truth = columns(labels)
    rows = [i for i in range(len(labels)) if truth[i] >= 0]
    mates = {i: {j for j in rows if found[j] == found[i]} for i in rows}
    kin = {i: {j for j in rows if truth[j] == truth[i]} for i in rows}
    result = evaluate_labels(found, truth)
    precision = sum(len(mates[i] & kin[i]) / len(mates[i]) for i in rows) / len(rows) if rows else 1.0
    recall = sum(len(mates[i] & kin[i]) / len(kin[i]) for i in rows) / len(rows) if rows else 1.0
    assert result.b_cubed == Quality(pytest.approx(precision), pytest.approx(recall))
    clusters, persons = {frozenset(s) for s in mates.values()}, {frozenset(s) for s in kin.values()}
    whole = len(clusters & persons)
    assert result.cluster == Quality(
        whole / len(clusters) if clusters else 1.0, whole / len(persons) if persons else 1.0
    )


def test_different_records_are_refused():
    with pytest.raises(ValueError, match="different records"):
        evaluate({"a": 1}, {"b": 1})
    with pytest.raises(ValueError, match="labels of 1 rows against the truth of 2"):
        evaluate_labels(ints(1), ints(1, 1))


def test_a_label_may_be_none_in_a_partition_but_is_unknown_among_labels():
    assert evaluate({"a": None, "b": None}, {"a": 1, "b": 2}).pairwise.precision == 0.0
    assert numbered(["x", None, "y", "x"]).tolist() == [0, -1, 1, 0]


def test_clusters_become_a_partition():
    assert partition_of((("a", "b"), ("c",))) == {"a": "a", "b": "a", "c": "c"}


def test_labels_of_any_size_do_not_matter():
    huge = 2**62
    result = evaluate_labels(ints(huge, huge, 0), ints(huge, huge, 5))
    assert result.pairwise == Quality(1.0, 1.0)


LEFT, RIGHT = ints(0, 0, 2, 3), ints(1, 2, 3, 4)
WEIGHT = np.array([9.0, 4.5, 6.0, 2.0])
PERSON = ints(1, 1, 2, 2, -1)


def test_links_are_measured_before_clustering():
    assert evaluate_links(LEFT, RIGHT, PERSON) == Quality(pytest.approx(2 / 3), 1.0)
    assert evaluate_links(LEFT, RIGHT, PERSON, WEIGHT >= 6.5) == Quality(1.0, 0.5)


def test_of_two_tables_only_pairs_across_count():
    truth, sides = ints(1, 1, 1, 2, 2), np.array([0, 0, 1, 1, 1], np.int8)
    assert (true_pairs(truth), true_pairs(truth, sides)) == (4, 2)
    assert evaluate_links(ints(0), ints(2), truth, sides=sides).recall == 0.5


def test_a_sweep_tells_links_and_quality_at_each_cut():
    points = sweep(LEFT, RIGHT, WEIGHT, PERSON, [4.5, 6.0, 9.5])
    assert points == (
        SweepPoint(4.5, 3, Quality(pytest.approx(2 / 3), 1.0)),
        SweepPoint(6.0, 2, Quality(1.0, 1.0)),
        SweepPoint(9.5, 0, Quality(1.0, 0.0)),
    )


def test_a_sweep_chooses_whole_bits_and_bears_no_pairs_at_all():
    assert [point.cut for point in sweep(LEFT, RIGHT, WEIGHT, PERSON)] == [4, 5, 6, 7, 8, 9]
    assert sweep(ints(), ints(), np.array([]), PERSON) == ()
    assert [point.quality.recall for point in sweep(ints(), ints(), np.array([]), PERSON, [3.0])] == [0.0]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.floats(-5, 5)), max_size=20), st.floats(-6, 6))
def test_a_sweep_agrees_with_the_links_above_its_cut(pairs, cut):
    pairs = {(a, b): w for a, b, w in pairs if a < b}
    left, right = ints(*(a for a, _ in pairs)), ints(*(b for _, b in pairs))
    weight, truth = np.array(list(pairs.values())), ints(0, 0, 1, 1, 1, -1)
    (point,) = sweep(left, right, weight, truth, [cut])
    assert point.quality == evaluate_links(left, right, truth, weight >= cut)


def test_judged_pairs_measure_a_partition_and_a_cut():
    left, right, same = ints(0, 0, 2), ints(1, 2, 3), np.array([True, False, True])
    assert evaluate_pairs(ints(7, 7, 7, 8), left, right, same) == Quality(0.5, 0.5)
    points = sweep_pairs(np.array([9.0, 4.0, -np.inf]), same, [3.0, 5.0])
    assert points == (SweepPoint(3.0, 2, Quality(0.5, 0.5)), SweepPoint(5.0, 1, Quality(1.0, 0.5)))


def test_costly_errors_are_named_by_their_rows_dearest_first():
    #             0  1  2  3  4  5  6  7
    found = ints(0, 0, 0, 0, 1, 1, 2, 3)
    truth = ints(5, 5, 6, 6, 7, 8, 8, -1)
    errors = costly_errors(found, truth)
    merges = [(error.pairs, error.rows, error.sizes) for error in errors.false_merges]
    assert merges == [(4, (0, 2), (2, 2)), (1, (4, 5), (1, 1))]
    assert [(error.pairs, error.rows, error.sizes) for error in errors.missed_joins] == [(1, (5, 6), (1, 1))]
    assert (errors.mixed_clusters, errors.split_persons) == (2, 1)
    assert len(costly_errors(found, truth, most=1).false_merges) == 1


def test_of_a_cluster_of_many_persons_the_ten_largest_pieces_are_named():
    (error,) = costly_errors(ints(*[0] * 13), ints(*range(12), 11)).false_merges
    assert (error.sizes, error.rows[0]) == ((2, *[1] * 9), 11)


@given(LABELS)
def test_the_errors_cost_what_the_pairs_say(labels):
    found, truth = columns(labels)
    errors = costly_errors(found, truth, most=99)
    known = [i for i in range(len(labels)) if truth[i] >= 0]
    false = sum(found[a] == found[b] and truth[a] != truth[b] for a, b in combinations(known, 2))
    missed = sum(found[a] != found[b] and truth[a] == truth[b] for a, b in combinations(known, 2))
    assert sum(error.pairs for error in errors.false_merges) == false
    assert sum(error.pairs for error in errors.missed_joins) == missed


def test_a_pair_at_the_even_bet_is_one_person_one_time_in_two():
    assert chance(np.array([7.0, 8.0, -1e9, np.inf]), 7.0).tolist() == [0.5, pytest.approx(2 / 3), pytest.approx(0), 1]


def test_weights_alone_tell_what_to_expect():
    weight = np.array([8.0, 7.0, 6.0])
    assert expected_quality(weight, 7.0, weight >= 7.5) == Quality(pytest.approx(2 / 3), pytest.approx(2 / 3 / 1.5))
    (point,) = expected_sweep(weight, 7.0, [7.5])
    assert point == SweepPoint(7.5, 1, expected_quality(weight, 7.0, weight >= 7.5))
    assert expected_quality(weight[:0], 7.0, weight[:0] > 0) == Quality(1.0, 1.0)


def test_honest_weights_expect_what_comes():
    """Labels drawn with the chances that the weights say give the quality that was expected of them."""
    random = np.random.default_rng(5)
    weight = random.normal(6.0, 5.0, 40_000)
    same = random.random(len(weight)) < chance(weight, 7.0)
    truth = np.arange(2 * len(weight), dtype=np.int64)
    left, right = np.arange(0, len(truth), 2), np.arange(1, len(truth), 2)
    truth[right[same]] = truth[left[same]]
    links = weight >= 9.0
    measured, expected = evaluate_links(left, right, truth, links), expected_quality(weight, 7.0, links)
    assert measured.precision == pytest.approx(expected.precision, abs=0.01)
    assert measured.recall == pytest.approx(expected.recall, abs=0.01)
