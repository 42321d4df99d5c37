"""Weights from the set at hand, without labels: how often each level stands among pairs that are one, and among random ones.

m, the chance of a level among pairs that are one person, is counted over candidates weighed by how sure *the other comparisons*
are of them, and only over candidates that a blocking rule without the comparison's own fields has found: else a key would
vouch for itself. u is counted over random pairs. Both lean on the model's own weights until there is evidence, and
never move far from them. This is expectation maximisation for the Fellegi-Sunter model (Winkler 1988), with each comparison's
expectation taken from the rest.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dedup.arrays import Bools, Floats, Ints
from dedup.blocking import Candidates
from dedup.encoding import Encoded
from dedup.kinds import NAME_FIELDS
from dedup.model import Comparison, ComparisonLevel, Contact, Model
from dedup.sample import chosen_pairs
from dedup.scoring import Compared, Scores, compare_pairs, gather_evidence, weigh_pairs
from dedup.set_statistics import SetStatistics
from dedup.together import Evidence, count_together, that_depend

MOST_PAIRS = 200_000
"""Candidates that are looked at, about; more do not move a share by a hundredth."""

RANDOM_PAIRS = 100_000
LEAST_SURE = 150
"""Sure pairs from which a comparison's weights are learnt; with fewer they are kept."""

BELIEF = 50.0
"""What the model's own weights count for, in pairs."""

FARTHEST = 4.0
"""Bits by which a weight may leave the model's own: a file can be odd, but not so odd that a name stops being a name."""

CONTRADICTIONS = ("contradiction", "related_given")
FARTHEST_BACK = 3.0
"""The same for names that contradict: among pairs that share birth date, address and surname there are twins, so that what is
counted there is never quite one person's slips."""

OTHER_DATE_BACK = 1.0
"""The same for dates that differ wholly: among pairs that share name and address there are fathers and sons."""

ROUNDS = 4
SURE = 0.9
DUPLICATES = (0.02, 30.0)
"""Bounds of the estimated true pairs per record."""


@dataclass(frozen=True, slots=True)
class Training:
    """The model with learnt weights, and what is worth knowing of them, in words."""

    model: Model
    notes: tuple[str, ...]


def _rules_without(model: Model, comparison: Comparison) -> int:
    """The rules, as bits, that use no field of a comparison."""
    fields = set(comparison.fields)
    if comparison.kind == "person_name":
        fields |= {field.name for field in model.fields if field.kind in (*NAME_FIELDS, "patronymic")}
        fields -= {field.name for field in model.fields if field.kind == "email"}
    bits = 0
    for number, rule in enumerate(model.blocking_rules):
        if not fields & {key.partition(":")[0] for key in rule.keys}:
            bits |= 1 << number
    return bits


def _probability(weight: Floats, even_bet: float) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp2(np.clip(even_bet - weight, -60.0, 60.0))))


def random_pairs(count: int, wanted: int) -> tuple[Ints, Ints]:
    """Pairs of different rows spread evenly, the same every time."""
    spread = np.random.default_rng(count).integers(0, count, size=(2, wanted))
    left, right = spread
    kept = left != right
    return left[kept], right[kept]


def _shares(levels: Ints, weights: Floats, size: int) -> tuple[Floats, float]:
    known = levels >= 0
    counts = np.bincount(levels[known], weights=weights[known], minlength=size).astype(np.float64)
    return counts, float(counts.sum())


def _believed(comparison: Comparison, u: Floats) -> Floats:
    """m of each level as the model's own weights have it."""
    m = np.array(
        [2.0**level.weight * (1.0 if level.rarity else u[place]) for place, level in enumerate(comparison.levels)]
    )
    return np.asarray(m / m.sum())


def monotone(weights: Sequence[float], counts: Sequence[float]) -> list[float]:
    """The nearest weights that do not rise from a better level to a worse one (pool adjacent violators), by least squares."""
    blocks: list[tuple[float, float, int]] = []
    for weight, count in zip(weights, counts, strict=True):
        blocks.append((weight, max(count, 1e-9), 1))
        while len(blocks) > 1 and blocks[-2][0] < blocks[-1][0]:
            (a, n, i), (b, k, j) = blocks[-2], blocks[-1]
            blocks[-2:] = [((a * n + b * k) / (n + k), n + k, i + j)]
    return [weight for weight, _, size in blocks for _ in range(size)]


def _farthest_up(comparison: Comparison, level: ComparisonLevel) -> float:
    """Bits by which the weight of a level may rise above the model's own."""
    if level.name in CONTRADICTIONS:
        return FARTHEST_BACK
    return OTHER_DATE_BACK if comparison.kind == "date" and level.name == "differ" else FARTHEST


def _learn(
    first: Comparison, counts: Floats, sure: float, u_counts: Floats, u_total: float
) -> tuple[tuple[ComparisonLevel, ...], bool]:
    """Levels with learnt weights, and whether one was held at the farthest allowed. first: the comparison as the model has it."""
    even = np.full(len(counts), 1.0 / len(counts))
    u = (u_counts + even) / (u_total + 1.0)
    m = (counts + BELIEF * _believed(first, u)) / (sure + BELIEF)
    learnt = np.log2(m) - np.where([level.rarity for level in first.levels], 0.0, np.log2(u))
    own = np.array([level.weight for level in first.levels])
    upward = np.array([_farthest_up(first, level) for level in first.levels])
    held = np.clip(learnt, own - FARTHEST, own + upward)
    plain = [place for place, level in enumerate(first.levels) if not level.rarity]
    if first.kind != "person_name" and plain:
        held[plain] = monotone(held[plain].tolist(), counts[plain].tolist())
    levels = tuple(
        replace(level, weight=round(float(weight), 4)) for level, weight in zip(first.levels, held, strict=True)
    )
    return levels, bool((np.abs(learnt - held) > 1e-9).any())


def _rests(evidence: Evidence, model: Model, even_bet: float) -> dict[int, Floats]:
    """By comparison that counts otherwise beside others, what these weigh without it, [pairs]. Where one phone is shared an address says
    little; what the rest says must not hang on the level that is counted."""
    present = [number for number in that_depend(model) if (evidence.levels[:, number] >= 0).any()]
    if len(present) < 2:
        return {}
    return {
        number: np.asarray(np.sum(count_together(evidence.without(number), model, even_bet)[0], axis=0))
        for number in present
    }


def _with_apart(first: Comparison, contact: Contact, counts: Floats, sure: float) -> Comparison:
    """A contact with what its differing says as learnt: one person's numbers differ as often as they change, two people's always. Not of
    documents: where two people of one name and birthday are taken for one, they would teach that a document's number changes."""
    if sure < LEAST_SURE or first.kind == "id":
        return first
    share = (counts[first.number_of("differ")] + BELIEF * 2.0**contact.apart) / (sure + BELIEF)
    learnt = min(max(math.log2(share), contact.apart - FARTHEST), 0.0)
    return replace(first, contact=replace(contact, apart=round(learnt, 4)))


def _step(
    first: Model,
    model: Model,
    compared: Compared,
    scores: Scores,
    rules: Ints,
    u: dict[str, tuple[Floats, float]],
    even: float,
    rests: Mapping[int, Floats],
) -> tuple[Model, dict[str, str]]:
    comparisons = []
    told: dict[str, str] = {}
    for number, comparison in enumerate(first.comparisons):
        rest = _probability(rests[number] if number in rests else scores.free - scores.parts[:, number], even)
        eligible: Bools = (rules & _rules_without(first, comparison)) != 0
        weights = np.where(eligible & (rest >= SURE), rest, 0.0)
        counts, sure = _shares(compared.levels[:, number], weights, len(comparison.levels))
        if comparison.contact is not None:
            comparisons.append(_with_apart(comparison, comparison.contact, counts, sure))
            continue
        if sure < LEAST_SURE:
            if (compared.levels[:, number] >= 0).any():  # of what the table does not have nothing is to be said
                told[comparison.name] = (
                    f"weights of `{comparison.name}` kept: {sure:.0f} sure pairs to learn from, {LEAST_SURE} needed"
                )
            comparisons.append(comparison)
            continue
        levels, held = _learn(comparison, counts, sure, *u[comparison.name])
        told[comparison.name] = f"weights of `{comparison.name}` learnt from {sure:.0f} sure pairs" + (
            f", held within {FARTHEST:g} bits of the model's own" if held else ""
        )
        comparisons.append(replace(comparison, levels=levels))
    return replace(model, comparisons=tuple(comparisons)), told


def _duplicates(scores: Scores, even: float, share: float, count: int) -> float:
    """True pairs per record, expected from the weights. share: of the candidates that were looked at."""
    expected = float(_probability(scores.free, even).sum()) / share / max(count, 1)
    return min(max(expected, DUPLICATES[0]), DUPLICATES[1])


def train(data: Encoded, candidates: Candidates, model: Model, statistics: SetStatistics) -> Training:
    """A model with weights learnt from the set at hand; contacts keep theirs, which count people instead, but for what a difference
    says. A small set keeps all, and says so."""
    chosen = chosen_pairs(data, candidates.left, candidates.right, MOST_PAIRS)
    left, right, rules = (part[chosen] for part in (candidates.left, candidates.right, candidates.rules))
    if len(left) < LEAST_SURE or len(data) < 2:
        return Training(model, (f"weights kept: {len(left)} candidate pairs are too few to learn from",))
    compared = compare_pairs(data, left, right, model, statistics)
    chance = compare_pairs(data, *random_pairs(len(data), RANDOM_PAIRS), model, statistics)
    ones = np.ones(len(chance.levels))
    u = {
        comparison.name: _shares(chance.levels[:, number], ones, len(comparison.levels))
        for number, comparison in enumerate(model.comparisons)
    }
    learnt, told = model, dict[str, str]()
    for _ in range(ROUNDS):
        even = learnt.even_bet(len(data))
        scores = weigh_pairs(data, left, right, compared, learnt, statistics, np.inf)
        rests = _rests(gather_evidence(data, left, right, compared, learnt, statistics), learnt, even)
        learnt, told = _step(model, learnt, compared, scores, rules, u, even, rests)
        duplicates = _duplicates(scores, even, len(left) / len(candidates.left), len(data))
        learnt = replace(learnt, duplicates_per_record=round(duplicates, 4))
    notes = [*told.values(), f"true pairs per record estimated at {learnt.duplicates_per_record:.2f}"]
    return Training(replace(learnt, version=f"{model.version}+learnt"), tuple(notes))
