"""What every engine of the benchmark is given and gives back; each runs in a process of its own.

An engine file calls `serve(fold)`: `fold` takes a `Job`, reads the table and returns an `Answer`. Reading the file is inside the
measured part, as is everything up to the cluster of each row; importing libraries and writing the answer are not (the whole
process is measured from outside as well).
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


@dataclass(frozen=True, slots=True)
class Job:
    """The table to fold. data: Parquet with `record_id` and text columns; data_set: its name in `data_sets`; cut: the engine's own
    measure of certainty at and above which a pair is one, None for the engine's own choice; study: whether all scored pairs
    are wanted, for finding the best cut on the truth; new: how many of the last rows come when the others are folded already:
    an incremental engine tells the time of adding them as its step `add`."""

    data: Path
    data_set: str
    cut: float | None = None
    study: bool = False
    new: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """A label for each record id; pairs: how many were compared, None where the engine does not tell; scored: columns left, right
    (record ids) and weight, in a study; cut: weight at and above which a scored pair was a link, None where `scored` has a
    column `linked`; steps: seconds of each step."""

    record_ids: pa.Array
    clusters: pa.Array
    pairs: int | None = None
    scored: pa.Table | None = None
    cut: float | None = None
    steps: Mapping[str, float] = field(default_factory=dict)


class Steps:
    """Wall seconds of named steps."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - begun, 4)


def serve(fold: Callable[[Job], Answer]) -> None:
    """Fold the table named on the command line once; write clusters.parquet, pairs.parquet (in a study) and stats.json to --out."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--set", dest="data_set", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cut", type=float)
    parser.add_argument("--study", action="store_true")
    parser.add_argument("--new", type=int, default=0)
    given = parser.parse_args()
    wall, cpu = time.perf_counter(), time.process_time()
    answer = fold(Job(given.data, given.data_set, given.cut, given.study, given.new))
    stats = {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "pairs": answer.pairs,
        "cut": answer.cut,
    }
    given.out.mkdir(parents=True, exist_ok=True)
    pq.write_table(
        pa.table({"record_id": answer.record_ids, "cluster": answer.clusters}), given.out / "clusters.parquet"
    )
    if answer.scored is not None:
        pq.write_table(answer.scored, given.out / "pairs.parquet")
    (given.out / "stats.json").write_text(json.dumps(stats | {"steps": dict(answer.steps)}), encoding="utf-8")
