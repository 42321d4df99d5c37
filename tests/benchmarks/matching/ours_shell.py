"""Ours by the command `leadfold match`, started as a user starts it: its own start and the file it writes are inside the time."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from tests.benchmarks.matching.data_sets import MODELS
from tests.benchmarks.matching.engine import Answer, Job, serve


def fold(job: Job) -> Answer:
    """Fold with the ready model; the command finds the columns by their headers."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "clusters.csv"
        command = [str(Path(sys.executable).with_name("leadfold")), "match", str(job.data)]
        subprocess.run(
            [*command, "--model", MODELS[job.data_set], "--id", "record_id", "--out", str(out)],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        found = pa.csv.read_csv(out)
    return Answer(found["row_id"].combine_chunks(), found["cluster_id"].combine_chunks())


if __name__ == "__main__":
    serve(fold)
