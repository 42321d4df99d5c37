"""The Python Record Linkage Toolkit on FEBRL: five blocks, nine comparisons, its ECM classifier without labels."""

import jellyfish
import numpy as np
import pandas as pd
import pyarrow as pa
import recordlinkage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tests.benchmarks.matching.engine import Answer, Job, Steps, serve

# The toolkit calls it by the name it had before jellyfish 1.0.
jellyfish.jaro_winkler = jellyfish.jaro_winkler_similarity

_BLOCKS = ("given_name", "surname", "date_of_birth", "postcode", "soc_sec_id")


def fold(job: Job) -> Answer:
    """Link (FEBRL 4) or fold (FEBRL 3); clusters are the connected components of the predicted links."""
    steps = Steps()
    with steps("read"):
        table = pd.read_parquet(job.data)
        parts = [part for _, part in table.groupby("side", sort=False)] if "side" in table else [table]
    with steps("block"):
        index = recordlinkage.Index()
        for column in _BLOCKS:
            index.block(column)
        pairs = index.index(*parts)
    with steps("compare"):
        left, right = parts[0], parts[-1]
        vectors = _comparisons().compute(pairs, left, *([] if left is right else [right]))
    with steps("classify"):
        links = recordlinkage.ECMClassifier(binarize=0.5).fit_predict(vectors)
    with steps("cluster"):
        ends = np.array(links.to_list(), dtype=np.int64).reshape(-1, 2)
        graph = coo_array((np.ones(len(ends), dtype=bool), (ends[:, 0], ends[:, 1])), shape=(len(table), len(table)))
        clusters = connected_components(graph, directed=False)[1]
    ids = pa.array(table["record_id"])
    return Answer(ids, pa.array(clusters), len(pairs), _scored(ids, ends) if job.study else None, steps=steps.seconds)


def _comparisons() -> recordlinkage.Compare:
    compare = recordlinkage.Compare()
    for column in ("given_name", "surname"):
        compare.string(column, column, method="jarowinkler", threshold=0.85, label=column)
    for column in ("address_1", "address_2", "suburb"):
        compare.string(column, column, method="levenshtein", threshold=0.8, label=column)
    for column in ("date_of_birth", "soc_sec_id", "postcode", "street_number"):
        compare.exact(column, column, label=column)
    return compare


def _scored(ids: pa.Array, ends: np.ndarray) -> pa.Table:
    """The links; the classifier tells no weights of the rest."""
    left, right = (ids.take(pa.array(column)) for column in ends.T)
    return pa.table({"left": left, "right": right, "weight": pa.array(np.ones(len(ends)))})


if __name__ == "__main__":
    serve(fold)
