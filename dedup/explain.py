"""Why two records are one client, or are not: each comparison's level, weight and relation in words."""

from dataclasses import dataclass

import numpy as np

from dedup.comparison.person_name import describe_names
from dedup.encoding import encode
from dedup.model import Model
from dedup.record import Record
from dedup.result import Fold
from dedup.scoring import MISSING, score_pairs
from dedup.set_statistics import SetStatistics, contradiction_test, gather_statistics, name_levels


@dataclass(frozen=True, slots=True)
class ExplanationRow:
    """One comparison: its level, the bits it gave, the relation in words, and the level's example pair of values."""

    comparison: str
    level: str
    weight: float
    detail: str
    example: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A pair's weight and where it comes from. verdict: merge, review or apart, as the weight alone says."""

    left: str
    right: str
    weight: float
    merge_cut: float
    review_cut: float
    rows: tuple[ExplanationRow, ...]

    @property
    def verdict(self) -> str:
        """What the weight alone says; clustering may still refuse a join, and a judgement overrules it."""
        if self.weight >= self.merge_cut:
            return "merge"
        return "review" if self.weight >= self.review_cut else "apart"

    def text(self) -> str:
        """The explanation as lines for a terminal."""
        lines = [f"{self.left} and {self.right}: {self.verdict}"]
        lines += [f"{row.weight:+8.2f}  {row.comparison:<16} {row.detail}" for row in self.rows]
        total = sum(row.weight for row in self.rows)
        if total - self.weight > 1e-3:
            lines.append(
                f"{self.weight - total:+8.2f}  {'held back':<16} not enough by itself: a name alone, or a shared value alone"
            )
        lines.append(f"{self.weight:8.2f}  sum; merged from {self.merge_cut:.2f}, reviewed from {self.review_cut:.2f}")
        return "\n".join(lines)


def _set_behind(fold_or_context: Fold | SetStatistics | None) -> SetStatistics | None:
    return fold_or_context.statistics if isinstance(fold_or_context, Fold) else fold_or_context


def explain(
    left: Record,
    right: Record,
    model: Model,
    fold_or_context: Fold | SetStatistics | None = None,
    precision: float = 0.98,
) -> Explanation:
    """The weight of one pair, row by row.

    fold_or_context: the fold (or its statistics) whose counts weigh the values, so that the weight is the one decided
    there; without it the two records are all that is known. Raises ValueError when both have one id.
    """
    if left.record_id == right.record_id:
        raise ValueError(f"record `{left.record_id}` cannot be compared with itself; give two ids")
    data = encode((left, right))
    statistics = _set_behind(fold_or_context) or gather_statistics(data, model, contradiction_test(name_levels(data)))
    merge_cut, review_cut = (
        model.merge_cut(statistics.records, precision),
        model.review_cut(statistics.records, precision),
    )
    if isinstance(fold_or_context, Fold):
        merge_cut, review_cut = fold_or_context.merge_cut, fold_or_context.review_cut
    zero, one = np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64)
    scores = score_pairs(data, zero, one, model, statistics, merge_cut)
    rows = []
    for comparison, level, bits in zip(
        model.comparisons, scores.levels[0].tolist(), scores.parts[0].tolist(), strict=True
    ):
        if level != MISSING:
            found = comparison.levels[level]
            detail = found.claim
            if comparison.name == "person_name":
                detail = f"{found.claim}: {describe_names(scores.relations[0])}"
            rows.append(ExplanationRow(comparison.name, found.name, round(bits, 6), detail, found.example))
    a, b = data.records
    return Explanation(a.record_id, b.record_id, float(scores.weight[0]), merge_cut, review_cut, tuple(rows))
