import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.thresholds import LEAST_CHANCE, LEAST_PAIRS, chances, lowest_cut, valley_cut

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


def valley(shift: float) -> float:
    drawn = np.random.default_rng(5)
    others, true = EVEN - 30.0 + drawn.exponential(1.5, 20_000), EVEN + 12.0 + drawn.normal(0.0, 6.0, 4_000)
    return valley_cut(np.concatenate([others, true]) + shift, EVEN, 0.98)


def test_a_valley_far_below_an_even_bet_is_the_cut():
    assert EVEN - 30.0 < valley(0.0) < EVEN


def test_where_bins_begin_hardly_moves_the_cut():
    moved = [valley(shift) - shift - valley(0.0) for shift in np.arange(0.0, 2.0, 0.25)]
    assert max(map(abs, moved)) <= 1.0


def test_without_a_valley_there_is_no_cut():
    drawn = np.random.default_rng(5)
    assert valley_cut(EVEN - 10.0 + drawn.normal(0.0, 12.0, 20_000), EVEN, 0.98) == np.inf


def test_a_handful_of_pairs_more_or_less_hardly_changes_what_is_merged():
    drawn = np.random.default_rng(5)
    others = EVEN - 22.0 - drawn.exponential(4.0, 4_000)
    true = np.concatenate([EVEN + drawn.normal(14.0, 5.0, 5_000), EVEN - drawn.uniform(0.0, 8.0, 60)])
    sets = [np.concatenate([others, true, EVEN - 12.0 + drawn.uniform(-1.0, 1.0, more)]) for more in (0, 1, 2, 4)]
    merged = [int((weight >= valley_cut(weight, EVEN, 0.98)).sum()) for weight in sets]
    assert min(merged) >= 5_000
    assert np.ptp(merged) <= 60
