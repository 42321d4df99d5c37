"""The cut that sets itself: the lowest weight at which the merges of this set are still expected to be as precise as asked for.

A fixed cut of the single pair wastes recall where most pairs are sure, and a fixed weight does not survive scale. Weights are
log-odds (Fellegi and Sunter 1969), so each pair's chance is known, and so is the expected share of right ones above any cut.
"""

import numpy as np

from dedup.arrays import Floats

LEAST_CHANCE = {"veto": 0.9, "balance": 0.7}
"""A pair that is less likely one person than this is never merged, however sure the others are; where the pairs between two
clusters decide together, each of them may be less sure."""

LEAST_PAIRS = 200
"""Pairs from which the set's own share is trusted; a smaller one asks of every single pair what is asked of all."""

_LEAST_PAIRS_ABOVE = 200


def chances(weight: Floats, even_bet: float) -> Floats:
    """The chance that pairs of these weights, in bits, are one person."""
    return np.asarray(1.0 / (1.0 + np.exp2(np.clip(even_bet - weight, -60.0, 60.0))))


def lowest_cut(weight: Floats, even_bet: float, single_cut: float, precision: float, joins: str = "veto") -> float:
    """The merge cut of a set, in bits. weight: [pairs], those that may merge. single_cut: the weight at which a single pair is as
    sure as `precision` asks; the cut is never above it."""
    found = np.sort(weight[weight >= even_bet])[::-1]
    if len(found) < LEAST_PAIRS:
        return single_cut
    chance = chances(found, even_bet)
    expected = np.cumsum(chance) / np.arange(1, len(found) + 1)
    last = np.append(found[1:] != found[:-1], True)  # pairs of one weight merge together or not at all
    right = np.flatnonzero(last & (expected >= precision) & (chance >= LEAST_CHANCE[joins]))
    return single_cut if not len(right) else float(min(found[right[-1]], single_cut))


_BIN = 2.0
_SEEN = 40.0
_SLOPE = 8.0
"""Bits: width of a bin of weights, how far below an even bet the valley is looked for, and over which the slope before it is taken."""

_BUMP = 1.3
"""A rise by less than this is noise on the way down to the valley."""

_MOST_FALSE = 0.25
"""Share of false pairs at the cut itself."""

_SAFETY = 4.0
"""An exponential is a guess at how pairs run out, so it must promise several times what is asked for."""

_LEAST_SEEN = 500
"""Pairs from which the shape of their weights says something."""


def valley_cut(weight: Floats, even_bet: float, precision: float) -> float:
    """The lowest cut at which the pairs that are not one person have run out, by the shape of the weights; inf where they have no
    clear end.

    Weights of such pairs fall off on one side of a valley, those of true pairs rise on the other. The fall before the
    valley is taken as exponential and carried on past it: what it leaves above a cut is the expected number of false pairs there. A
    register without twins has a deep valley far below an even bet; one with families has a shallow one or none.
    """
    cuts = [_valley(weight, even_bet + shift, precision) for shift in _SHIFTS]
    return float(np.median(cuts)) if np.isfinite(cuts).all() else np.inf


_SHIFTS = (-1.0, -0.5, 0.0, 0.5, 1.0)
"""Bits by which the bins are moved: where they happen to begin must not move the cut by a whole one, nor show an end that is none."""


def _valley(weight: Floats, end: float, precision: float) -> float:
    """The cut with bins up to `end`, in bits."""
    bins = np.arange(end - _SEEN, end + _BIN, _BIN)
    counts = np.histogram(weight, bins)[0].astype(np.float64)
    above = float((weight >= bins[-1]).sum())
    if counts.sum() + above < _LEAST_SEEN or above < _LEAST_PAIRS_ABOVE:
        return np.inf
    window = int(_SLOPE / _BIN)
    valley = len(counts) - 1
    while valley > window and counts[valley - 1] <= _BUMP * counts[valley:].min():
        valley -= 1
    before = counts[valley - window : valley]
    steps = window - int(np.argmax(before))
    fall = np.log(max(before.max(), 1.0) / max(counts[valley], 1.0)) / steps
    if fall <= 0.0:
        return np.inf
    total = np.cumsum(counts[::-1])[::-1] + above
    places = np.arange(valley, len(counts))
    false = max(counts[valley], 1.0) * np.exp(-fall * (places - valley)) / (1.0 - np.exp(-fall))
    here = false * (1.0 - np.exp(-fall))
    right = np.flatnonzero(
        (false <= (1.0 - precision) / _SAFETY * total[places]) & (here <= _MOST_FALSE * counts[places])
    )
    return float(bins[places[right[0]]]) if len(right) else np.inf
