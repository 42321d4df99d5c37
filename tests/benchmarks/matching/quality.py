"""One scorer for all engines: an engine's clusters and links against the truth of the table."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from dedup.evaluation import Evaluation, Quality, evaluate_labels, evaluate_links
from tests.benchmarks.matching.ceiling import Ints


@dataclass(frozen=True, slots=True)
class Truth:
    """Who each row is; reachable: the partition that a perfect reader could find, where it is known; sides: 0 or 1 where the
    table is two that are linked."""

    ids: pa.Array
    person: Ints
    reachable: Ints | None
    sides: np.ndarray | None


def read_truth(truth: Path, data: Path) -> Truth:
    """The truth of a table as numbers."""
    table = pq.read_table(truth)
    sides = None
    if "side" in pq.read_schema(data).names:
        sides = pc.equal(pq.read_table(data, columns=["side"])["side"], "b").to_numpy().astype(np.int8)
    reachable = _numbered(table["reachable"]) if "reachable" in table.column_names else None
    return Truth(table["record_id"].combine_chunks(), _numbered(table["truth"]), reachable, sides)


def _numbered(labels: pa.ChunkedArray) -> Ints:
    return labels.combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)


def read_clusters(out: Path, truth: Truth) -> Ints:
    """An engine's label of each row. Raises ValueError where a row has none."""
    table = pq.read_table(out / "clusters.parquet")
    at = pc.index_in(truth.ids, table["record_id"].combine_chunks())
    if at.null_count:
        raise ValueError(f"{at.null_count} rows have no cluster in {out.name}; the engine lost them")
    return _numbered(table["cluster"])[at.to_numpy()]


def partition_quality(labels: Ints, truth: Truth) -> Evaluation:
    """Pairs, whole clusters and B-cubed of a partition."""
    return evaluate_labels(labels, truth.person)


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pairs that an engine scored, as rows; linked: its own links, None where it links from the cut up."""

    left: Ints
    right: Ints
    weight: np.ndarray
    linked: np.ndarray | None

    def links(self, cut: float | None) -> np.ndarray:
        """Which pairs are links: those from the cut up, all where there is none, or the engine's own."""
        if self.linked is not None:
            return self.linked
        return np.ones(len(self.weight), dtype=bool) if cut is None else self.weight >= cut


def read_pairs(out: Path, truth: Truth) -> Pairs:
    """The scored pairs of a study."""
    table = pq.read_table(out / "pairs.parquet")
    left, right = (pc.index_in(table[side].combine_chunks(), truth.ids).to_numpy() for side in ("left", "right"))
    linked = table["linked"].to_numpy() if "linked" in table.column_names else None
    return Pairs(left.astype(np.int64), right.astype(np.int64), table["weight"].to_numpy(), linked)


def links_quality(pairs: Pairs, cut: float | None, truth: Truth) -> Quality:
    """Precision and recall of the links themselves, before clustering closes their chains."""
    return evaluate_links(pairs.left, pairs.right, truth.person, pairs.links(cut), truth.sides)


def best_cut(pairs: Pairs, truth: Truth) -> float:
    """The cut whose connected components have the best pairwise F1 on the truth: by whole bits, then by quarters."""

    def f1(cut: float) -> float:
        kept = pairs.weight >= cut
        ends = (pairs.left[kept], pairs.right[kept])
        graph = coo_array((np.ones(int(kept.sum()), dtype=bool), ends), shape=(len(truth.ids),) * 2)
        labels = connected_components(graph, directed=False)[1].astype(np.int64)
        return partition_quality(labels, truth).pairwise.f1

    whole = max((float(cut) for cut in range(-8, 21)), key=f1)
    return max((whole + quarter / 4 for quarter in range(-3, 4)), key=f1)
