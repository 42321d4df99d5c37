"""Weights after what people judged: pairs said to be the same, or not, correct m and u of the levels that they show.

People judge what the queue shows them, not a sample of all pairs, so a level is not held against the share it has elsewhere but
against what the model itself expected of these very pairs: it expected some of them to be one person. Where more were, m of the level
rises, where more were not, u does. Judgements that come out as expected move nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dedup.arrays import Bools, Floats, Ints
from dedup.clustering import Verdicts
from dedup.comparison.level import MISSING
from dedup.encoding import Encoded
from dedup.model import Comparison, Contact, Model
from dedup.scoring import Scores, compare_pairs, weigh_pairs
from dedup.set_statistics import SetStatistics
from dedup.thresholds import chances
from dedup.training import Training, monotone

BELIEF = 10.0
"""Judged pairs for which the model's own m and u of a level count: three judgements move a weight by a quarter of a bit."""

FARTHEST = 3.0
"""Bits by which judgements may move a weight, however many they are."""

_AS_SAID = 0.5
"""Bits within which a contact weighs what the model says."""

_LEAST_TOLD = 0.05
"""Bits from which a moved weight is told of."""
_MOST_TOLD = 5

_CONTACT_NUMBERS = {"equal": "alone", "shared": "shared", "differ": "apart"}
"""Where a contact's weights of these levels stand in the model."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """What judged pairs say of the levels of one comparison, [levels]: the pairs that were one person and that were not, and how many
    of both the model expected. A pair counts once, in equal parts for the comparisons that had something to say of it."""

    same: Floats
    different: Floats
    same_expected: Floats
    different_expected: Floats

    @property
    def moves(self) -> Floats:
        """Bits by which the weights of the levels move."""
        m = np.log2((self.same + BELIEF) / (self.same_expected + BELIEF))
        u = np.log2((self.different + BELIEF) / (self.different_expected + BELIEF))
        return np.asarray(np.clip(m - u, -FARTHEST, FARTHEST))


def heed(data: Encoded, model: Model, statistics: SetStatistics, verdicts: Verdicts) -> Training:
    """The model with weights moved by judgements, and which ones, in words. It depends on the set, the model and all judgements of it, not
    on their order; a pair of which both was said counts for neither."""
    pairs, said_same = _clear_pairs(verdicts)
    if not len(pairs):
        return Training(model, ())
    left, right = pairs[:, 0], pairs[:, 1]
    compared = compare_pairs(data, left, right, model, statistics)
    scores = weigh_pairs(data, left, right, compared, model, statistics, np.inf)
    even_bet = model.even_bet(statistics.records)
    chance = chances(scores.free, even_bet)
    says = (scores.levels != MISSING) & (scores.parts != 0.0)
    share = says / np.maximum(says.sum(axis=1), 1)[:, None]
    comparisons, told = [], []
    for number, comparison in enumerate(model.comparisons):
        mine = share[:, number] * _weighs_as_the_model_says(comparison, scores, number, even_bet)
        judged = _judged(scores.levels[:, number], mine, said_same, chance, len(comparison.levels))
        moved = _moved(comparison, judged)
        comparisons.append(moved)
        told += _told(comparison, moved)
    notes = _notes(len(pairs), told)
    return Training(replace(model, comparisons=tuple(comparisons)), notes)


def _clear_pairs(verdicts: Verdicts) -> tuple[Ints, Floats]:
    """Judged pairs without those of which both was said, and 1 for the same, 0 for not."""
    same, different = ({(a, b) for a, b in said.tolist()} for said in (verdicts.same, verdicts.different))
    pairs = sorted([(pair, 1.0) for pair in same - different] + [(pair, 0.0) for pair in different - same])
    found = np.array([pair for pair, _ in pairs], dtype=np.int64).reshape(-1, 2)
    return found, np.array([one for _, one in pairs])


def _weighs_as_the_model_says(comparison: Comparison, scores: Scores, number: int, even_bet: float) -> Bools:
    """Where it is the model's own weight that a pair was weighed with. A contact that was an office's, seen years ago or beside a stronger
    one weighed less than that, so what people say of such pairs says nothing of it."""
    found = np.ones(len(scores.weight), dtype=bool)
    if comparison.contact is not None:
        for name, bits in (("equal", comparison.contact.alone), ("shared", comparison.contact.shared)):
            rows = scores.levels[:, number] == comparison.number_of(name)
            found[rows] = np.abs(scores.parts[rows, number] - even_bet - bits) < _AS_SAID
    return found


def _judged(levels: Ints, share: Floats, same: Floats, chance: Floats, size: int) -> _Judged:
    known = levels != MISSING
    same_here, different, expected, unexpected = (
        np.bincount(levels[known], weights=(share * part)[known], minlength=size).astype(np.float64)
        for part in (same, 1.0 - same, chance, 1.0 - chance)
    )
    return _Judged(same_here, different, expected, unexpected)


def _moved(comparison: Comparison, judged: _Judged) -> Comparison:
    """The comparison with moved weights; those that were in order stay in order."""
    moves = judged.moves
    if not moves.any():
        return comparison
    weights = [level.weight + move for level, move in zip(comparison.levels, moves.tolist(), strict=True)]
    plain = [place for place, level in enumerate(comparison.levels) if not level.rarity]
    before = [comparison.levels[place].weight for place in plain]
    if comparison.kind != "person_name" and comparison.contact is None and before == sorted(before, reverse=True):
        counts = judged.same + judged.different
        ordered = monotone([weights[place] for place in plain], counts[plain].tolist())
        for place, weight in zip(plain, ordered, strict=True):
            weights[place] = weight
    contact = comparison.contact and _moved_contact(comparison, comparison.contact, moves)
    numbers = {level: getattr(contact, number) for level, number in _CONTACT_NUMBERS.items()} if contact else {}
    levels = tuple(
        replace(level, weight=numbers.get(level.name, round(weight, 4)))
        if weight != level.weight or level.name in numbers
        else level
        for level, weight in zip(comparison.levels, weights, strict=True)
    )
    return replace(comparison, levels=levels, contact=contact)


def _moved_contact(comparison: Comparison, contact: Contact, moves: Floats) -> Contact:
    """The same of a contact's own numbers, which its levels equal, shared and differ repeat."""
    numbers = {
        _CONTACT_NUMBERS[level.name]: round(getattr(contact, _CONTACT_NUMBERS[level.name]) + move, 4)
        for level, move in zip(comparison.levels, moves.tolist(), strict=True)
        if level.name in _CONTACT_NUMBERS
    }
    # A value that several share never says more than one of a single person.
    numbers["shared"] = min(numbers["shared"], numbers["alone"])
    return replace(contact, **numbers)


def _told(before: Comparison, after: Comparison) -> list[tuple[float, str]]:
    found = []
    for old, new in zip(before.levels, after.levels, strict=True):
        bits = new.weight - old.weight
        if abs(bits) >= _LEAST_TOLD:
            found.append((bits, f"{before.name} {old.name} {bits:+.1f}"))
    return found


def _notes(pairs: int, told: Sequence[tuple[float, str]]) -> tuple[str, ...]:
    if not told:
        return (f"{pairs} judgements moved no weight: they came out as expected",)
    most = sorted(told, key=lambda one: (-abs(one[0]), one[1]))
    listed = ", ".join(words for _, words in most[:_MOST_TOLD])
    return (f"{pairs} judgements moved {len(told)} weights, in bits: {listed}" + ", …" * (len(told) > _MOST_TOLD),)
