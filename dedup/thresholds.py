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


_SEEN = 40.0
_SLOPE = 8.0
"""Bits: how far below an even bet the valley is looked for, and over which the slope before it is taken."""

_BUMP, _NOISE = 1.3, 2.0


def _rise(least: float) -> float:
    """Pairs up to which a rise is noise on the way down to the valley: by a share, and by what chance adds to a few."""
    return _BUMP * least + _NOISE * float(np.sqrt(least))


_DEPTH = 0.3
"""What is left at the bottom of a valley of the pairs beyond it: where more is, the fall ends in households, not in true pairs."""

_MOST_FALSE = 0.15
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
    places = np.arange(even_bet - _SEEN, even_bet + _STEP / 2, _STEP)
    counts = _smooth_counts(weight, places)
    above = float((weight >= even_bet).sum())
    if counts.sum() * _STEP / _WINDOW + above < _LEAST_SEEN or above < _LEAST_PAIRS_ABOVE:
        return np.inf
    steps = int(_SLOPE / _STEP)
    valley = len(counts) - 1
    while valley > steps and counts[valley - 1] <= _rise(counts[valley:].min()):
        valley -= 1
    before = counts[valley - steps : valley]
    bits = (steps - int(np.argmax(before))) * _STEP
    fall = np.log(max(before.max(), 1.0) / max(counts[valley], 1.0)) / bits
    if fall <= 0.0:
        return np.inf
    bottom = valley + int(np.argmin(counts[valley:]))
    if counts[bottom] > _DEPTH * counts[bottom:].max():
        return np.inf
    cuts, found = places[bottom:], counts[bottom:]
    here = max(counts[bottom], 1.0) * np.exp(-fall * (cuts - cuts[0]))
    false = here / (_WINDOW * fall)
    merged = len(weight) - np.searchsorted(np.sort(weight), cuts)
    right = np.flatnonzero((false <= (1.0 - precision) / _SAFETY * merged) & (here <= _MOST_FALSE * found))
    return float(cuts[right[0]]) if len(right) else np.inf


_STEP = 0.25
_SPREAD = 1.0
_WINDOW = 2.0
"""Bits: between places at which the shape is looked at; by which each pair is spread, so that no placing of bins shows an end that is none;
for which pairs are counted."""


def _smooth_counts(weight: Floats, places: Floats) -> Floats:
    """Pairs per `_WINDOW` bits about each place."""
    reach = int(3 * _SPREAD / _STEP)
    edges = places[0] + (np.arange(-reach, len(places) + reach + 1) - 0.5) * _STEP
    counts = np.histogram(weight, edges)[0].astype(np.float64)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) * _STEP / _SPREAD) ** 2)
    shape = np.convolve(counts, bell / bell.sum(), mode="valid")
    return np.asarray(shape * _WINDOW / _STEP)
