"""Runs every DAG of this folder once, in the order of a lead's walk, in this process and without a scheduler.

    python -m dags.run_in_order [--config leadfold.toml]

The environment says where Airflow's home and database are (pipeline.services.environment); the database has to be
migrated. One line per DAG run goes to the terminal, Airflow's own words to `logs/run_in_order.log` under its home. The exit
code is 1 if a run failed; what depends on it does not run.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

_ALSO_WHEN_NONE = frozenset({"new", "changes"})
"""Counts that say something when they are nought: a second run adds nothing."""

LATER = ("load_spend", "resolve_clients", "publish_clients")
"""After every ingest DAG."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs all; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m dags.run_in_order", description="Run every DAG once, in order.")
    parser.add_argument("--config", type=Path, help="leadfold.toml; without it as pipeline.settings finds it")
    config = parser.parse_args(arguments).config
    if config is not None:
        os.environ["LEADFOLD_CONFIG"] = str(config.resolve())
    with _airflow_speaks_to_a_file() as terminal:
        return run_all(terminal)


def run_all(terminal: TextIO) -> int:
    """Runs the DAGs of Airflow's folder; 1 if one failed or could not be read."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag()
    for file, error in bag.import_errors.items():
        print(f"{Path(file).name}: {error.strip().splitlines()[-1]}", file=terminal)
    if bag.import_errors:
        return 1
    if not bag.dags:
        print("no DAGs: there is no leadfold.toml; name one with --config", file=terminal)
        return 1
    code = 0
    for dag_id in in_order(bag.dag_ids):
        began = time.monotonic()
        run = bag.dags[dag_id].test()
        head = f"{dag_id:<28} {run.state!s:<8} {time.monotonic() - began:5.1f} s"
        print("\n".join(lines_of(head, outcome(run))), file=terminal, flush=True)
        if run.state != "success":
            code = 1
            # What one source could not give does not stop the others; a later DAG builds on the one before it.
            if dag_id in LATER:
                break
    return code


def in_order(dag_ids: Sequence[str]) -> tuple[str, ...]:
    """Ingest DAGs by name, then the others as a lead walks."""
    return (*sorted(dag_id for dag_id in dag_ids if dag_id.startswith("ingest_")), *(d for d in LATER if d in dag_ids))


def lines_of(head: str, told: Sequence[tuple[str, str]]) -> list[str]:
    """One line for a run of one task, a line per task below the run's for one of several."""
    if len(told) == 1:
        return [f"{head}  {told[0][1]}"]
    return [head, *(f"    {task:<16} {what}" for task, what in told)]


def outcome(run: Any) -> list[tuple[str, str]]:
    """What each task of a run counted, or that it failed, in the order in which they ran."""
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session

    with create_session() as session:
        pushed = {
            row.task_id: XComModel.deserialize_value(row)
            for row in session.scalars(XComModel.get_many(run_id=run.run_id, key="return_value", dag_ids=run.dag_id))
        }
        instances = [i for i in run.get_task_instances(session=session) if i.start_date is not None]
    told = []
    for instance in sorted(instances, key=lambda one: one.start_date):
        if instance.state == "failed":
            told.append((instance.task_id, "FAILED"))
        elif pushed.get(instance.task_id):
            told.append((instance.task_id, _listed(pushed[instance.task_id])))
    return told


def _listed(counts: Mapping[str, int]) -> str:
    told = {name: value for name, value in counts.items() if value or name in _ALSO_WHEN_NONE}
    return " ".join(f"{name}={value}" for name, value in (told or dict(list(counts.items())[:1])).items())


@contextmanager
def _airflow_speaks_to_a_file() -> Iterator[TextIO]:
    """Sends this process's output, below Python, to the log file while the block runs; gives the terminal."""
    folder = Path(os.environ.get("AIRFLOW_HOME", "~/airflow")).expanduser() / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "w") as terminal, (folder / "run_in_order.log").open("ab") as log:
        errors = os.dup(2)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        try:
            yield terminal
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os.dup2(terminal.fileno(), 1)
            os.dup2(errors, 2)
            os.close(errors)


if __name__ == "__main__":
    sys.exit(main())
