import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.thresholds import LEAST_CHANCE, LEAST_PAIRS, chances, lowest_cut

EVEN, SINGLE = 12.0, 18.0
WEIGHTS = st.lists(st.integers(10, 20), min_size=12, max_size=40).map(lambda few: np.repeat(few, 20) + 0.25)
"""Weights as they come: many pairs of each."""


@given(WEIGHTS, st.floats(0.9, 0.999), st.sampled_from(list(LEAST_CHANCE)))
def test_merges_above_the_cut_are_expected_to_be_as_right_as_asked(weight, precision, joins):
    cut = lowest_cut(weight, EVEN, SINGLE, precision, joins)
    assert cut <= SINGLE
    merged = weight[(weight >= EVEN) & (weight >= cut)]
    if cut < SINGLE:
        assert chances(merged, EVEN).mean() >= precision - 1e-9
        assert chances(merged, EVEN).min() >= LEAST_CHANCE[joins]


def test_a_small_set_keeps_the_cut_of_a_single_pair():
    assert lowest_cut(np.full(LEAST_PAIRS - 1, 40.0), EVEN, SINGLE, 0.98) == SINGLE


def test_many_sure_pairs_lower_the_cut():
    weight = np.array([40.0] * 1000 + [16.0, 16.5])
    assert lowest_cut(weight, EVEN, SINGLE, 0.98) == 16.0


def test_many_doubtful_pairs_do_not():
    weight = np.array([40.0] * 10 + [16.0] * 1000)
    assert lowest_cut(weight, EVEN, SINGLE, 0.98) == SINGLE


@pytest.mark.parametrize(("weight", "chance"), [(EVEN, 0.5), (EVEN + 1, 2 / 3), (EVEN - 500, 0.0), (EVEN + 500, 1.0)])
def test_a_weight_is_a_chance(weight, chance):
    assert chances(np.array([weight]), EVEN)[0] == pytest.approx(chance)
