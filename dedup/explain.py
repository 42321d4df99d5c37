"""Why two records are one client, or are not: each comparison's level, weight and relation in words."""

from dataclasses import dataclass

import numpy as np

from dedup import kinds
from dedup.comparison.person_name import describe_names
from dedup.encoding import Encoded, encode
from dedup.model import Model
from dedup.record import Record
from dedup.result import Fold, Match
from dedup.scoring import MISSING, score_pairs
from dedup.set_statistics import SetStatistics, gather_statistics


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


def _explain(
    data: Encoded, left: int, right: int, model: Model, statistics: SetStatistics, cuts: tuple[float, float]
) -> Explanation:
    scores = score_pairs(data, np.array([left]), np.array([right]), model, statistics, cuts[0])
    rows = []
    for comparison, level, bits in zip(
        model.comparisons, scores.levels[0].tolist(), scores.parts[0].tolist(), strict=True
    ):
        if level != MISSING:
            name = comparison.levels[level].name
            words = next(found for found in kinds.module_of(comparison.kind).LEVELS if found.name == name)
            detail = words.claim
            if comparison.kind == "person_name":
                detail = f"{detail}: {describe_names(scores.relations, 0)}"
            rows.append(ExplanationRow(comparison.name, name, round(bits, 6), detail, words.example))
    return Explanation(
        data.record_id(left), data.record_id(right), float(scores.weight[0]), cuts[0], cuts[1], tuple(rows)
    )


def explain_rows(match: Match, left: int, right: int) -> Explanation:
    """Why two rows of a matched table are one, or are not, as weighed there. Raises IndexError for rows that are not there,
    ValueError for one row given twice."""
    for row in (left, right):
        if not 0 <= row < len(match.encoded):
            raise IndexError(f"there is no row {row}; the table has rows 0 to {len(match.encoded) - 1}")
    if left == right:
        raise ValueError(f"row {left} cannot be compared with itself; give two rows")
    a, b = sorted((left, right))
    return _explain(match.encoded, a, b, match.model, match.statistics, (match.merge_cut, match.review_cut))


def explain(
    left: Record, right: Record, model: Model, fold: Fold | None = None, precision: float = 0.98
) -> Explanation:
    """The weight of one pair, row by row.

    fold: the fold whose counts weigh the values, so that the weight is the one decided there; without it the two
    records are all that is known. Raises ValueError when both have one id, KeyError for records that are not in the fold.
    """
    if left.record_id == right.record_id:
        raise ValueError(f"record `{left.record_id}` cannot be compared with itself; give two ids")
    if fold is not None:
        ids = {name: row for row, name in enumerate(fold.match.encoded.ids or ())}
        return explain_rows(fold.match, ids[left.record_id], ids[right.record_id])
    data, _ = encode((left, right), model)
    cuts = model.merge_cut(2, precision), model.review_cut(2, precision)
    return _explain(data, 0, 1, model, gather_statistics(data, model), cuts)
