"""Ours, as a script would call it: a Parquet file, the ready model for such tables, its columns by name, and no tuning."""

import time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dedup import load_model, match
from tests.benchmarks.matching.data_sets import COLUMNS, MODELS
from tests.benchmarks.matching.engine import Answer, Job, serve


class _Stages:
    """Seconds between the stages that the engine tells of."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._stage, self._since = "read", time.perf_counter()

    def __call__(self, stage: str, done: int = 0, total: int = 0) -> None:
        now = time.perf_counter()
        self.seconds[self._stage] = round(self.seconds.get(self._stage, 0.0) + now - self._since, 4)
        self._stage, self._since = stage, now


def fold(job: Job) -> Answer:
    """Fold with the model for the kind of table; FEBRL 4 is linked across its two sides."""
    stages = _Stages()
    columns = COLUMNS[job.data_set]
    table = pq.ParquetFile(job.data).read()
    given: dict[str, Any] = {}
    if "side" in table.column_names:
        given["sides"] = pc.equal(table["side"], "b").combine_chunks().to_numpy(zero_copy_only=False).astype(np.int8)
    if "received_at" in table.column_names:
        seconds = table["received_at"].cast(pa.timestamp("s", "UTC")).cast(pa.int64())
        given["seen"] = seconds.combine_chunks().to_numpy().astype(np.float64)
    stages("encode")
    found = match(table, load_model(MODELS[job.data_set]), columns=columns, progress=stages, **given)
    stages("done")
    ids = table["record_id"].combine_chunks()
    scored = None
    if job.study:
        left, right = ids.take(pa.array(found.left)), ids.take(pa.array(found.right))
        scored = pa.table({"left": left, "right": right, "weight": found.weight, "linked": found.linked})
    pairs = sum(report.new_pairs for report in found.blocking)
    return Answer(ids, pa.array(found.cluster), pairs, scored, steps=stages.seconds)


if __name__ == "__main__":
    serve(fold)
