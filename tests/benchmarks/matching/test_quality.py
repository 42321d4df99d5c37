"""The scorer of the benchmark."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytest.importorskip("scipy", reason="comes with the environment of the benchmark")

from tests.benchmarks.matching import quality

TRUTH = quality.Truth(pa.array(["a", "b", "c", "d"]), np.array([0, 0, 1, 1]), None, None)


def pairs(*rows: tuple[int, int, float]) -> quality.Pairs:
    left, right, weight = zip(*rows, strict=True)
    return quality.Pairs(np.array(left), np.array(right), np.array(weight), None)


def test_clusters_are_read_in_the_order_of_the_truth(tmp_path: Path) -> None:
    pq.write_table(pa.table({"record_id": list("dcba"), "cluster": [9, 9, 4, 4]}), tmp_path / "clusters.parquet")
    labels = quality.read_clusters(tmp_path, TRUTH)
    assert quality.partition_quality(labels, TRUTH).pairwise.f1 == 1.0


def test_a_lost_row_is_an_error(tmp_path: Path) -> None:
    pq.write_table(pa.table({"record_id": list("abc"), "cluster": [1, 1, 2]}), tmp_path / "clusters.parquet")
    with pytest.raises(ValueError, match="1 rows have no cluster"):
        quality.read_clusters(tmp_path, TRUTH)


def test_the_best_cut_keeps_true_links_and_drops_false_ones() -> None:
    cut = quality.best_cut(pairs((0, 1, 6.0), (2, 3, 5.0), (1, 2, 3.0)), TRUTH)
    assert 3.0 < cut <= 5.0


def test_links_are_measured_before_their_chains_close() -> None:
    found = quality.links_quality(pairs((0, 1, 6.0), (1, 2, 5.0)), 0.0, TRUTH)
    assert (found.precision, found.recall) == (0.5, 0.5)
