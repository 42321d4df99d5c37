"""How good a partition is against the truth: by pairs, by whole clusters, and B-cubed."""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

Partition = Mapping[str, Hashable]
"""Record id -> label of its cluster."""


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


def _pairs(counts: Counter[Hashable]) -> int:
    return sum(n * (n - 1) // 2 for n in counts.values())


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def evaluate(found: Partition, truth: Partition) -> Evaluation:
    """Measure a partition against the true one. Raises ValueError when they cover different records."""
    if found.keys() != truth.keys():
        raise ValueError(
            f"the partitions cover different records ({len(found)} and {len(truth)}); give both the same ids"
        )
    joint = Counter((found[record], truth[record]) for record in truth)
    of_found, of_truth = Counter(found.values()), Counter(truth.values())
    both = sum(n * (n - 1) // 2 for n in joint.values())
    whole = sum(1 for (a, b), n in joint.items() if n == of_found[a] == of_truth[b])
    count = len(truth)
    return Evaluation(
        pairwise=Quality(_share(both, _pairs(of_found)), _share(both, _pairs(of_truth))),
        cluster=Quality(_share(whole, len(of_found)), _share(whole, len(of_truth))),
        b_cubed=Quality(
            _share(sum(n * n / of_found[a] for (a, _), n in joint.items()), count),
            _share(sum(n * n / of_truth[b] for (_, b), n in joint.items()), count),
        ),
    )


def partition_of(clusters: tuple[tuple[str, ...], ...]) -> dict[str, str]:
    """Clusters as a partition; the first id labels its cluster."""
    return {record_id: cluster[0] for cluster in clusters for record_id in cluster}
