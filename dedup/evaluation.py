"""How good a partition is against the truth (by pairs, by whole clusters, B-cubed), where it errs most, and how good links
are at each cut; without a truth, what their weights let expect.

Rows are positions; labels are whole numbers, a negative one says that the truth of a row is not known: such rows are
left out of every count.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.arrays import Bools, Floats, Ints

Partition = Mapping[str, Hashable]
"""Record id -> label of its cluster."""

UNLABELLED = -1
"""Label of a row whose truth is not known; so is every other number below zero."""

_PIECES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Quality:
    """Precision and recall, 0 to 1; 1 where there was nothing to find or nothing was claimed."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A partition measured three ways."""

    pairwise: Quality
    cluster: Quality
    b_cubed: Quality


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """What links would be worth with the cut at this weight: how many they are, and their quality."""

    cut: float
    links: int
    quality: Quality


@dataclass(frozen=True, slots=True)
class CostlyError:
    """A false merge (pieces are persons that one cluster holds) or a missed join (pieces are clusters that hold one person).

    pairs: how many pairs of rows it gets wrong. rows: the first row of each piece, largest piece first, and sizes: rows
    in each, of the ten largest pieces.
    """

    pairs: int
    rows: tuple[int, ...]
    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CostlyErrors:
    """The errors that cost most pairs, dearest first, and how many clusters and persons err at all."""

    false_merges: tuple[CostlyError, ...]
    missed_joins: tuple[CostlyError, ...]
    mixed_clusters: int
    split_persons: int


def numbered(labels: Iterable[Hashable]) -> Ints:
    """Labels of any kind as whole numbers in order of first sight; None becomes UNLABELLED."""
    known: dict[Hashable, int] = {}
    return np.fromiter(
        (UNLABELLED if label is None else known.setdefault(label, len(known)) for label in labels), np.int64
    )


def evaluate(found: Partition, truth: Partition) -> Evaluation:
    """Measure a partition against the true one. Raises ValueError when they cover different records."""
    if found.keys() != truth.keys():
        raise ValueError(
            f"the partitions cover different records ({len(found)} and {len(truth)}); give both the same ids"
        )
    # As one-tuples even None is a label here.
    return evaluate_labels(
        numbered((found[record],) for record in truth), numbered((label,) for label in truth.values())
    )


def evaluate_labels(found: Ints, truth: Ints) -> Evaluation:
    """Measure a partition against the true one.

    found, truth: label of each row's cluster and of its person; rows of unknown truth are left out. Raises ValueError
    when they are not of one length.
    """
    cells = _cross_table(found, truth)
    both, of_found, of_truth = cells.sizes, cells.found_sizes[cells.found], cells.truth_sizes[cells.truth]
    rows = int(both.sum())
    right = _pairs(both)
    whole = int(np.count_nonzero((both == of_found) & (both == of_truth)))
    squares = both.astype(np.float64) ** 2
    return Evaluation(
        pairwise=Quality(_share(right, _pairs(cells.found_sizes)), _share(right, _pairs(cells.truth_sizes))),
        cluster=Quality(_share(whole, len(cells.found_sizes)), _share(whole, len(cells.truth_sizes))),
        b_cubed=Quality(
            _share(float((squares / of_found).sum()), rows), _share(float((squares / of_truth).sum()), rows)
        ),
    )


def evaluate_links(
    left: Ints, right: Ints, truth: Ints, found: Bools | None = None, sides: NDArray[np.int8] | None = None
) -> Quality:
    """Quality of links before clustering: the share of them that is true, and the share of true pairs that they are.

    left, right: rows of each pair, each pair once; found: which of the pairs are links, all when None; sides: 0 or 1 for
    each row where two tables are linked, so that only pairs across them are true ones.
    """
    chosen = slice(None) if found is None else found
    known, true = _verdicts(left[chosen], right[chosen], truth)
    hits = int(np.count_nonzero(true))
    return Quality(_share(hits, int(np.count_nonzero(known))), _share(hits, true_pairs(truth, sides)))


def evaluate_pairs(found: Ints, left: Ints, right: Ints, same: Bools) -> Quality:
    """Measure a partition by pairs of rows that people have judged.

    found: label of each row's cluster; left, right: rows of each pair; same: whether they are one person. Precision is of the
    judged pairs that are together, recall of those that are one person: of pairs that were chosen because they are hard,
    both say less than of all pairs.
    """
    together = found[left] == found[right]
    hits = int(np.count_nonzero(together & same))
    return Quality(_share(hits, int(np.count_nonzero(together))), _share(hits, int(np.count_nonzero(same))))


def sweep_pairs(weight: Floats, same: Bools, cuts: Sequence[float]) -> tuple[SweepPoint, ...]:
    """Quality of the judged pairs that are links at each cut. weight: bits, -inf for a pair that was never scored."""
    known = int(np.count_nonzero(same))
    return tuple(
        SweepPoint(float(cut), links, Quality(_share(hits, links), _share(hits, known)))
        for cut in cuts
        for above in (weight >= cut,)
        for links, hits in ((int(np.count_nonzero(above)), int(np.count_nonzero(above & same))),)
    )


def true_pairs(truth: Ints, sides: NDArray[np.int8] | None = None) -> int:
    """How many pairs of rows are of one person; with sides, how many across the two."""
    known = truth >= 0
    if not known.any():
        return 0
    labels = np.unique(truth[known], return_inverse=True)[1]
    whole = _pairs(np.bincount(labels))
    if sides is None:
        return whole
    side = sides[known]
    return whole - sum(_pairs(np.bincount(labels[side == one])) for one in (0, 1))


def sweep(
    left: Ints,
    right: Ints,
    weight: Floats,
    truth: Ints,
    cuts: Sequence[float] | None = None,
    sides: NDArray[np.int8] | None = None,
) -> tuple[SweepPoint, ...]:
    """Quality of the links at each cut, lowest cut first.

    weight: bits of each pair; a pair is a link from the cut up. cuts: None for every whole bit that splits the weights.
    Pairs that were never scored count as missed at every cut.
    """
    known, true = _verdicts(left, right, truth)
    order = np.argsort(weight[known], kind="stable")
    weights = weight[known][order]
    hits_from = np.concatenate([np.cumsum(true[known][order][::-1])[::-1], [0]])
    if cuts is None:
        # A weight may be infinite where people have judged.
        finite = weights[np.isfinite(weights)]
        cuts = np.arange(np.floor(finite[0]), np.ceil(finite[-1]) + 1).tolist() if len(finite) else []
    at = np.searchsorted(weights, np.asarray(cuts, np.float64), side="left")
    whole = true_pairs(truth, sides)
    return tuple(
        SweepPoint(float(cut), links, Quality(_share(hits, links), _share(hits, whole)))
        for cut, links, hits in zip(cuts, (len(weights) - at).tolist(), hits_from[at].tolist(), strict=True)
    )


def costly_errors(found: Ints, truth: Ints, most: int = 20) -> CostlyErrors:
    """The false merges and missed joins that cost most pairs; labels as in `evaluate_labels`; most: of each kind."""
    cells = _cross_table(found, truth)
    merges, mixed = _dearest(cells.found, cells.sizes, cells.first, most)
    joins, split = _dearest(cells.truth, cells.sizes, cells.first, most)
    return CostlyErrors(merges, joins, mixed, split)


def chance(weight: Floats, even_bet: float) -> Floats:
    """How likely pairs of these weights (bits) are one person; a pair at the even bet is so one time in two."""
    bits = np.clip(weight - even_bet, -1000.0, 1000.0)
    likely: Floats = 1.0 / (1.0 + np.exp2(-bits))
    return likely


def expected_quality(weight: Floats, even_bet: float, found: Bools) -> Quality:
    """Quality of links that their weights let expect, without a truth; as good as the model is honest.

    weight: bits of every scored pair; found: which of them are links. Recall is of the true pairs expected among the
    pairs given: those that were never scored are not in it, so it is an upper bound.
    """
    likely = chance(weight, even_bet)
    return _expected(likely, float(likely.sum()), found)


def expected_sweep(weight: Floats, even_bet: float, cuts: Sequence[float]) -> tuple[SweepPoint, ...]:
    """`expected_quality` of the links at each cut."""
    likely = chance(weight, even_bet)
    true = float(likely.sum())
    return tuple(
        SweepPoint(float(cut), int(np.count_nonzero(above)), _expected(likely, true, above))
        for cut in cuts
        for above in (weight >= cut,)
    )


def _expected(likely: Floats, true: float, found: Bools) -> Quality:
    """likely: the chance of each scored pair to be true; true: all of these together."""
    hits = float(likely[found].sum())
    return Quality(_share(hits, int(np.count_nonzero(found))), _share(hits, true))


def partition_of(clusters: tuple[tuple[str, ...], ...]) -> dict[str, str]:
    """Clusters as a partition; the first id labels its cluster."""
    return {record: cluster[0] for cluster in clusters for record in cluster}


@dataclass(frozen=True, slots=True)
class _CrossTable:
    """Rows by cluster and person, labels renumbered from 0: each cell that has rows, with its size and first row."""

    found: Ints
    truth: Ints
    sizes: Ints
    first: Ints
    found_sizes: Ints
    truth_sizes: Ints


def _cross_table(found: Ints, truth: Ints) -> _CrossTable:
    if found.shape != truth.shape:
        raise ValueError(f"labels of {len(found)} rows against the truth of {len(truth)}; give both for the same rows")
    rows = np.flatnonzero((truth >= 0) & (found >= 0))
    clusters = np.unique(found[rows], return_inverse=True)[1]
    persons = np.unique(truth[rows], return_inverse=True)[1]
    width = int(persons.max()) + 1 if len(rows) else 1
    keys, first, sizes = np.unique(clusters * width + persons, return_index=True, return_counts=True)
    return _CrossTable(keys // width, keys % width, sizes, rows[first], np.bincount(clusters), np.bincount(persons))


def _dearest(groups: Ints, sizes: Ints, first: Ints, most: int) -> tuple[tuple[CostlyError, ...], int]:
    """Groups of several cells by the pairs that lie between their cells, and how many such groups there are."""
    if not len(groups):
        return (), 0
    wholes = np.zeros(int(groups.max()) + 1, np.int64)
    inner = wholes.copy()
    np.add.at(wholes, groups, sizes)
    np.add.at(inner, groups, sizes * (sizes - 1) // 2)
    costs = wholes * (wholes - 1) // 2 - inner
    erring = int(np.count_nonzero(costs))
    dearest = np.argsort(-costs, kind="stable")[: min(most, erring)]
    errors = []
    for group in dearest.tolist():
        cells = np.flatnonzero(groups == group)
        cells = cells[np.lexsort((first[cells], -sizes[cells]))][:_PIECES_SHOWN]
        errors.append(CostlyError(int(costs[group]), tuple(first[cells].tolist()), tuple(sizes[cells].tolist())))
    return tuple(errors), erring


def _verdicts(left: Ints, right: Ints, truth: Ints) -> tuple[Bools, Bools]:
    """Of each pair: whether the truth of both rows is known, and whether they are one person."""
    a, b = truth[left], truth[right]
    known = (a >= 0) & (b >= 0)
    return known, known & (a == b)


def _pairs(sizes: Ints) -> int:
    # As a float a size squared loses its last digits, and as int64 it holds up to three thousand million rows.
    return int((sizes * (sizes - 1) // 2).sum())


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0
