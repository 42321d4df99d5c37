"""What is measured of an engine on a table."""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.benchmarks.matching.ceiling import Ints
from tests.benchmarks.matching.quality import Truth, partition_quality


@dataclass(slots=True)
class Figures:
    """What was measured of one engine on one table. wall, cpu, peak_mb: of the whole process, its imports and the writing of the
    answer too, one per round; work: wall seconds from reading the file to the clusters; add: of adding the newest `new_rows`;
    steps, floors: seconds; failed: why there is nothing more."""

    data_set: str
    rows: int
    engine: str
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    peak_mb: list[float] = field(default_factory=list)
    pairs: int | None = None
    cut: float | None = None
    links: Mapping[str, float] | None = None
    pairwise: Mapping[str, float] | None = None
    b_cubed: Mapping[str, float] | None = None
    whole_clusters: Mapping[str, float] | None = None
    same_each_round: bool = True
    steps: Mapping[str, float] = field(default_factory=dict)
    floors: Mapping[str, float] = field(default_factory=dict)
    failed: str = ""
    new_rows: int = 0
    add: list[float] = field(default_factory=list)

    def note_quality(self, labels: Ints, truth: Truth) -> None:
        """Measure a partition; another than in the round before is noted."""
        found, before = partition_quality(labels, truth), self.pairwise
        self.pairwise, self.b_cubed, self.whole_clusters = (
            {"precision": part.precision, "recall": part.recall, "f1": part.f1}
            for part in (found.pairwise, found.b_cubed, found.cluster)
        )
        self.same_each_round &= before is None or before == self.pairwise

    def median(self, name: str) -> float:
        """The median of a list of figures, nan where there are none."""
        values = getattr(self, name)
        return statistics.median(values) if values else float("nan")
