"""GoldenMatch's probabilistic path with its own automatic configuration: Fellegi-Sunter weights trained on the table at hand."""

import goldenmatch
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from goldenmatch.core.autoconfig import auto_configure_probabilistic_df

from tests.benchmarks.matching.engine import Answer, Job, Steps, serve


def fold(job: Job) -> Answer:
    """Configure, fold; rows in no cluster of the result stay alone."""
    steps = Steps()
    with steps("read"):
        table = pq.read_table(job.data)
        ids = table["record_id"].combine_chunks()
        values = table.drop_columns(
            [name for name in ("record_id", "received_at", "side") if name in table.column_names]
        )
    with steps("configure"):
        config = auto_configure_probabilistic_df(values)
    with steps("fold"):
        result = goldenmatch.dedupe_df(values, config=config)
    with steps("cluster"):
        clusters = np.arange(len(ids))
        for found in result.clusters.values():
            members = found["members"]
            clusters[members] = min(members)
    scored = None
    if job.study:
        left, right, score = (np.array(column) for column in zip(*result.scored_pairs, strict=True))
        scored = pa.table(
            {"left": ids.take(pa.array(left)), "right": ids.take(pa.array(right)), "weight": pa.array(score)}
        )
    return Answer(ids, pa.array(clusters), None, scored, steps=steps.seconds)


if __name__ == "__main__":
    serve(fold)
