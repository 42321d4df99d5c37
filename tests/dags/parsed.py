"""Run as a program: parses the DAG folder with every socket closed and prints what it found as JSON."""

import json
import socket
import sys
import warnings

HEAVY = ("pandas", "numpy", "great_expectations", "pyarrow", "sqlalchemy.dialects.postgresql.psycopg", "pipeline.steps",
         "pipeline.warehouse", "dedup", "streamlit")  # fmt: skip


def refuse(*_: object) -> None:
    raise AssertionError("a DAG file opened a connection while it was parsed")


def main() -> None:
    from airflow.dag_processing.dagbag import DagBag

    before = set(sys.modules)
    socket.socket.connect = socket.socket.connect_ex = refuse  # type: ignore[method-assign, assignment]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        bag = DagBag()
    warned = [str(warning.message) for warning in caught if "leadfold" in str(warning.message)]
    found = {
        "errors": bag.import_errors,
        "warnings": warned,
        "heavy": sorted(name for name in set(sys.modules) - before if name in HEAVY),
        "dags": {dag.dag_id: described(dag) for dag in bag.dags.values()},
    }
    print(json.dumps(found))


def described(dag: object) -> dict[str, object]:
    return {
        "doc": dag.doc_md or "",
        "tags": sorted(dag.tags),
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "timetable": type(dag.timetable).__name__,
        "watches": sorted(asset.uri.rstrip("/") for asset in getattr(dag.timetable.asset_condition, "objects", ())),
        "tasks": {
            task.task_id: {
                "owner": task.owner,
                "retries": task.retries,
                "backoff": task.retry_exponential_backoff,
                "policy": type(task.retry_policy).__name__,
                "told": [callback.__name__ for callback in task.on_failure_callback],
                "timeout": task.execution_timeout.total_seconds(),
                "outlets": [asset.uri.rstrip("/") for asset in task.outlets],
                "after": sorted(task.upstream_task_ids),
                "step": list(task.op_args),
            }
            for task in dag.tasks
        },
    }  # fmt: skip


main()
